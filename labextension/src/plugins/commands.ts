/** The commands: in the palette, in the menu of an error, and what the panel's buttons do. */

import { ILabShell, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, Dialog, ICommandPalette, Notification, showDialog } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { NotebookOpener } from '../opening';
import { ErrorServer } from '../server';
import { errorText } from '../text';
import { CommandIDs, type IError, IErrors, PANEL_ID } from '../tokens';
import { errorsPlugin } from './errors';

/** A notification that is seen for some seconds, and not only in the list of notifications. */
const SHOWN = { autoClose: 5000 };

export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:commands',
  description: 'Commands about errors: in the palette and in the menu of an error.',
  autoStart: true,
  requires: [IErrors, INotebookTracker, IDocumentManager],
  optional: [ILabShell, ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    errors: IErrors,
    tracker: INotebookTracker,
    documents: IDocumentManager,
    labShell: ILabShell | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const { commands } = app;
    const server = new ErrorServer(app.serviceManager.serverSettings);
    const opener = new NotebookOpener(app, labShell, tracker, documents, server);
    void app.restored.then(() => opener.arrive()).catch(reason => console.warn('jupyter-errreport:', reason.message));

    /** The error that a command is about: the one that is named, else the one whose menu is open. */
    const chosen = (args: ReadonlyPartialJSONObject): IError | undefined => {
      const node = app.contextMenuHitTest(element => 'eventId' in element.dataset);
      const id = (args.event_id as string | undefined) ?? node?.dataset.eventId;
      return id ? errors.find(id) : undefined;
    };

    commands.addCommand(CommandIDs.show, {
      label: trans.__('Show Errors'),
      caption: trans.__("The errors of this server's notebooks"),
      execute: () => app.shell.activateById(PANEL_ID)
    });

    commands.addCommand(CommandIDs.goTo, {
      label: trans.__('Go to Cell'),
      execute: async args => {
        const error = chosen(args);
        if (!error) {
          return;
        }
        const found = await opener.open(error);
        if (found === 'notebook') {
          Notification.info(trans.__('The cell of this error is no longer in %1.', error.notebook), SHOWN);
        } else if (found === 'nothing') {
          Notification.info(
            trans.__('%1 was not found on this server. Open it, then choose the error again.', error.notebook),
            SHOWN
          );
        }
      }
    });

    commands.addCommand(CommandIDs.copy, {
      label: trans.__('Copy Error as Text'),
      execute: args => {
        const error = chosen(args);
        if (error) {
          Clipboard.copyToSystem(errorText(error));
          Notification.info(trans.__('The error was copied.'), SHOWN);
        }
      }
    });

    commands.addCommand(CommandIDs.resolve, {
      label: args =>
        groupOf(errors, chosen(args))?.status === 'resolved' ? trans.__('Open Again') : trans.__('Mark as Resolved'),
      execute: async args => {
        const group = groupOf(errors, chosen(args));
        if (group) {
          const status = group.status === 'resolved' ? 'open' : 'resolved';
          const problem = await errors.changeGroup(group.group, { status });
          if (problem) {
            Notification.warning(problem, SHOWN);
          }
        }
      }
    });

    commands.addCommand(CommandIDs.remove, {
      label: trans.__('Delete Error'),
      execute: async args => {
        const error = chosen(args);
        if (error) {
          await errors.remove({ event_id: error.event_id });
        }
      }
    });

    commands.addCommand(CommandIDs.clear, {
      label: trans.__('Clear Errors…'),
      execute: async () => {
        const { notebook } = errors.view;
        const answer = await showDialog({
          title: trans.__('Clear errors?'),
          body: notebook
            ? trans.__('All errors of %1 are deleted from this server, and what was not sent yet never will be.', notebook)
            : trans.__('All errors are deleted from this server, and what was not sent yet never will be.'),
          buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })],
          defaultButton: 0
        });
        if (answer.button.accept) {
          await errors.remove({ notebook });
        }
      }
    });

    commands.addCommand(CommandIDs.toggle, {
      label: trans.__('Report Errors'),
      isToggleable: true,
      isToggled: () => errors.reporting,
      isEnabled: () => registry !== null,
      execute: () => registry?.set(errorsPlugin.id, 'reporting', !errors.reporting)
    });
    errors.changed.connect(() => commands.notifyCommandChanged());

    const ofErrors = [CommandIDs.goTo, CommandIDs.copy, CommandIDs.resolve, CommandIDs.remove];
    ofErrors.forEach((command, rank) =>
      app.contextMenu.addItem({ command, selector: `#${PANEL_ID} [data-event-id]`, rank })
    );
    const category = trans.__('Errors');
    [CommandIDs.show, CommandIDs.clear, CommandIDs.toggle].forEach(command => palette?.addItem({ command, category }));
  }
};

function groupOf(errors: IErrors, error: IError | undefined) {
  return error && errors.groups.get(error.group);
}
