/** The status bar's item: whether errors are reported, wait, or can't leave. A click shows the panel. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar, TextItem } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import { CommandIDs, IErrors, type ReportingState } from '../tokens';

export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:status',
  description: 'Whether errors are reported: an item in the status bar.',
  autoStart: true,
  requires: [IErrors],
  optional: [IStatusBar, ITranslator],
  activate: (app: JupyterFrontEnd, errors: IErrors, bar: IStatusBar | null, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    if (bar) {
      const item = new StatusItem(errors, trans, () => void app.commands.execute(CommandIDs.show));
      bar.registerStatusItem('jupyter-errreport:status', { item, align: 'left', rank: 20 });
    }
  }
};

class StatusItem extends ReactWidget {
  constructor(
    private readonly _errors: IErrors,
    private readonly _trans: TranslationBundle,
    private readonly _show: () => void
  ) {
    super();
    this.addClass('jp-mod-highlighted');
    _errors.watch('server');
    _errors.changed.connect(() => this.update());
  }

  protected render(): React.JSX.Element {
    const { state } = this._errors;
    const [word, sentence] = stateWords(this._trans, state);
    return (
      <TextItem
        source={word}
        title={sentence}
        onClick={this._show}
        onKeyDown={event => event.key === 'Enter' && this._show()}
        tabIndex={0}
        role="button"
        data-errreport-state={state}
      />
    );
  }
}

function stateWords(trans: TranslationBundle, state: ReportingState): [string, string] {
  switch (state) {
    case 'on':
      return [trans.__('Errors: on'), trans.__('Errors of notebooks are reported.')];
    case 'off':
      return [trans.__('Errors: off'), trans.__('Errors of notebooks are not reported.')];
    case 'waiting':
      return [trans.__('Errors: waiting'), trans.__('Errors wait for an answer, or to be sent.')];
    case 'offline':
      return [trans.__('Errors: offline'), trans.__('The receiver of errors does not answer; they wait and are sent later.')];
  }
}
