/** Says once that the operator of this server has errors forwarded beyond it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, IErrors } from '../tokens';

export const noticePlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:notice',
  description: 'Says once where errors of notebooks go beyond this server.',
  autoStart: true,
  requires: [IErrors],
  optional: [IStateDB, ITranslator],
  activate: (app: JupyterFrontEnd, errors: IErrors, state: IStateDB | null, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');

    async function announce(text: string): Promise<void> {
      if (text && (await state?.fetch(noticePlugin.id)) !== text) {
        await state?.save(noticePlugin.id, text);
        const callback = () => void app.commands.execute(CommandIDs.show);
        Notification.info(text, { autoClose: false, actions: [{ label: trans.__('Show Errors'), callback }] });
      }
    }

    void app.restored.then(() => {
      const watching = errors.watch('server');
      const look = () => {
        if (errors.server) {
          errors.changed.disconnect(look);
          watching.dispose();
          void announce(errors.server.notice);
        }
      };
      errors.changed.connect(look);
      look();
    });
  }
};
