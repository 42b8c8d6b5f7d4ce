/** Provides the errors of this server to all other plugins, and lets the reader's settings choose what is shown. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { ErrorModel, type ISettings } from '../model';
import { ErrorServer } from '../server';
import { IErrors } from '../tokens';

export const errorsPlugin: JupyterFrontEndPlugin<IErrors> = {
  id: 'jupyter-errreport:errors',
  description: "The errors of this server's notebooks, kept up to date for the other plugins.",
  autoStart: true,
  provides: IErrors,
  optional: [ISettingRegistry, ITranslator],
  activate: (app: JupyterFrontEnd, registry: ISettingRegistry | null, translator: ITranslator | null): IErrors => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const missing = trans.__(
      'This server takes no errors. If they are wanted, turn its extension on and start it again: %1',
      'jupyter server extension enable jupyter_errreport'
    );
    const { events, serverSettings } = app.serviceManager;
    const model = new ErrorModel(new ErrorServer(serverSettings), events, missing);
    void registry?.load(errorsPlugin.id).then(settings => {
      const configure = () => model.configure(settings.composite as unknown as ISettings);
      settings.changed.connect(configure);
      configure();
    });
    return model;
  }
};
