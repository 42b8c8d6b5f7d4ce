/** Marks the cells that trip readers, in the margin of the notebook. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Cell } from '@jupyterlab/cells';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { type IKnownCell, knownCells } from '../cells';
import { ErrorServer } from '../server';
import { CommandIDs, IErrors } from '../tokens';

/** Milliseconds after a change until the marks follow. */
const PAUSE = 300;
/** From how many sessions on a mark is stronger. */
const STRONGER = [2, 5];

export const marksPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:marks',
  description: 'Marks in the margin of a notebook: cells in which people had errors.',
  autoStart: true,
  requires: [IErrors, INotebookTracker],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, errors: IErrors, tracker: INotebookTracker, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const server = new ErrorServer(app.serviceManager.serverSettings);
    const show = (panel: NotebookPanel) => {
      errors.choose({ notebook: PathExt.basename(panel.context.path) });
      void app.commands.execute(CommandIDs.show);
    };
    const marks = new WeakMap<NotebookPanel, Marks>();
    tracker.widgetAdded.connect((_, panel) => marks.set(panel, new Marks(panel, server, trans, () => show(panel))));
    tracker.currentChanged.connect((_, panel) => panel && marks.get(panel)?.soon());
    errors.heard.connect((_, notebook) => {
      const panel = tracker.currentWidget;
      if (panel && PathExt.basename(panel.context.path) === notebook) {
        marks.get(panel)?.soon();
      }
    });
  }
};

/** The marks of one notebook. They follow what is saved and what fails while somebody sees it. */
class Marks {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _server: ErrorServer,
    private readonly _trans: TranslationBundle,
    private readonly _show: () => void
  ) {
    _panel.context.saveState.connect((_, state) => state === 'completed' && this.soon());
    _panel.disposed.connect(() => clearTimeout(this._timer));
    void _panel.context.ready.then(() => this.soon());
  }

  soon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._update(), PAUSE);
  }

  private async _update(): Promise<void> {
    if (this._panel.isDisposed || !this._panel.isVisible || document.visibilityState !== 'visible') {
      return;
    }
    // No marks for a notebook that is too large to be asked about, or without the server's extension.
    const known = await knownCells(this._server, this._panel).catch(() => []);
    if (!this._panel.isDisposed) {
      this._panel.content.widgets.forEach((cell, index) => this._mark(cell, known[index]));
    }
  }

  private _mark(cell: Cell, known: IKnownCell | null | undefined): void {
    let mark = cell.node.querySelector<HTMLButtonElement>(':scope > .jp-ErrReport-mark');
    if (!known?.sessions) {
      mark?.remove();
      return;
    }
    if (!mark) {
      mark = document.createElement('button');
      mark.className = 'jp-ErrReport-mark';
      mark.addEventListener('click', this._show);
      cell.node.append(mark);
    }
    mark.textContent = String(known.sessions);
    mark.dataset.level = String(STRONGER.filter(least => known.sessions >= least).length);
    const text = this._trans._n(
      'In %1 session this cell failed',
      'In %1 sessions this cell failed',
      known.sessions
    );
    mark.title = text;
    mark.setAttribute('aria-label', text);
  }

  private _timer: ReturnType<typeof setTimeout> | undefined;
}
