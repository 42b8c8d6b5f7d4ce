/** The notebook's button that gives the author's code cells to the collector, or else to this server. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { fileUploadIcon } from '@jupyterlab/ui-components';

import { codeSources } from '../cells';
import { ErrorServer } from '../server';
import { CommandIDs, type IServerState } from '../tokens';

/** A notification that is seen for some seconds, and not only in the list of notifications. */
const SHOWN = { autoClose: 8000 };

export const publishPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:publish',
  description: "A button of the notebook: readers' errors are then shown in the author's own cells.",
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const server = new ErrorServer(app.serviceManager.serverSettings);

    async function publish(panel: NotebookPanel): Promise<void> {
      const { collector } = await server.get<IServerState>('panel');
      const name = PathExt.basename(panel.context.path);
      const answer = await showDialog({
        title: trans.__('Publish the code of %1?', name),
        body: trans.__(
          "Readers' errors are then shown in your own cells. The code cells go to %1 with all that stands in them, literals and comments too; no outputs. Whoever may read errors there can see them.",
          collector || trans.__('this Jupyter server')
        ),
        buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Publish') })]
      });
      if (!answer.button.accept) {
        return;
      }
      if (collector) {
        await panel.context.save();
        const { message } = await server.send<{ message: string }>('POST', 'publish', { path: panel.context.path });
        Notification.success(message, SHOWN);
      } else {
        const cells = codeSources(panel).map(source => ({ source }));
        const path = `notebooks/${encodeURIComponent(name)}/source`;
        const kept = await server.send<{ version: number }>('PUT', path, { cells, language: language(panel) });
        Notification.success(trans.__('Published as version %1.', kept.version), SHOWN);
      }
    }

    app.commands.addCommand(CommandIDs.publish, {
      label: trans.__('Publish to Collector'),
      caption: trans.__("Publish this notebook's code, so that readers' errors are shown in your own cells"),
      icon: fileUploadIcon,
      isEnabled: () => tracker.currentWidget !== null,
      execute: () =>
        tracker.currentWidget &&
        publish(tracker.currentWidget).catch(reason => showErrorMessage(trans.__('Not published'), reason))
    });
    tracker.currentChanged.connect(() => app.commands.notifyCommandChanged(CommandIDs.publish));
    palette?.addItem({ command: CommandIDs.publish, category: trans.__('Errors') });
  }
};

function language(panel: NotebookPanel): string {
  return panel.model?.defaultKernelLanguage || 'python';
}
