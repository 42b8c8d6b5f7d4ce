/** The panel Errors, at the right side. */

import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ErrorPanel } from '../panel/widget';
import { Reader } from '../reader';
import { ErrorServer } from '../server';
import { IErrors, PANEL_ID } from '../tokens';

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:panel',
  description: "A side panel that lists the errors of this server's notebooks.",
  autoStart: true,
  requires: [IErrors],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    errors: IErrors,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const server = new ErrorServer(app.serviceManager.serverSettings);
    const panel = new ErrorPanel({
      errors,
      trans,
      reader: new Reader(server),
      run: (command, args) => {
        app.commands
          .execute(command, args && { event_id: args.event_id })
          .catch(reason => showErrorMessage(trans.__('Errors'), reason));
      },
      url: path => server.url(path)
    });
    app.shell.add(panel, 'right', { rank: 900, type: 'Errors' });
    restorer?.add(panel, PANEL_ID);
  }
};
