/** From an error to its cell: finds the notebook, opens it if need be, and shows the cell. */

import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import { PageConfig, PathExt, URLExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { cellWithId, findCell, showCell } from './cells';
import type { ErrorServer } from './server';
import type { IError } from './tokens';

/** What is put behind the `#` of a notebook's address for a page that is to show an error's cell. */
const MARK = 'jupyter-errreport=';

export type Found = 'cell' | 'notebook' | 'other page' | 'nothing';

export class NotebookOpener {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _labShell: ILabShell | null,
    private readonly _tracker: INotebookTracker,
    private readonly _documents: IDocumentManager,
    private readonly _server: ErrorServer
  ) {}

  /** Show an error's cell; says how far that went. */
  async open(error: IError): Promise<Found> {
    const panel =
      this._tracker.find(open => cellWithId(open, error.cell_id) >= 0) ??
      this._tracker.find(open => PathExt.basename(open.context.path) === error.notebook);
    if (panel) {
      return this._show(panel, error);
    }
    const path = await this._path(error);
    if (!path) {
      return 'nothing';
    }
    if (!this._labShell) {
      // In Notebook 7 the document manager would open a tab for it and dispose the widget of this one.
      const page = URLExt.join(PageConfig.getBaseUrl(), 'notebooks', URLExt.encodeParts(path));
      window.open(`${page}#${MARK}${encodeURIComponent(error.event_id)}`, '_blank', 'noopener');
      return 'other page';
    }
    const opened = this._documents.openOrReveal(path) as NotebookPanel | undefined;
    return opened ? this._show(opened, error) : 'nothing';
  }

  /** If this page was opened to show an error's cell: show it, once its notebook is there. */
  async arrive(): Promise<void> {
    const { hash } = window.location;
    if (!hash.startsWith(`#${MARK}`)) {
      return;
    }
    const id = hash.slice(MARK.length + 1); // still encoded, as the address of the error is
    const error = await this._server.get<IError>(`errors/${id}`);
    const panel = this._tracker.currentWidget ?? (await this._firstPanel());
    await this._show(panel, error);
  }

  private async _show(panel: NotebookPanel, error: IError): Promise<Found> {
    await panel.context.ready;
    await panel.revealed;
    this._app.shell.activateById(panel.id);
    const index = await findCell(this._server, panel, error);
    if (index < 0) {
      return 'notebook';
    }
    await showCell(panel, index);
    return 'cell';
  }

  /** Where the notebook lies; empty when the server does not find it. */
  private async _path(error: IError): Promise<string> {
    const query = { notebook: error.notebook, cell_id: error.cell_id ?? '' };
    const { path } = await this._server.get<{ path: string }>('path', query);
    return path;
  }

  private _firstPanel(): Promise<NotebookPanel> {
    return new Promise(resolve => {
      const found = (_: INotebookTracker, panel: NotebookPanel) => {
        this._tracker.widgetAdded.disconnect(found);
        resolve(panel);
      };
      this._tracker.widgetAdded.connect(found);
    });
  }
}
