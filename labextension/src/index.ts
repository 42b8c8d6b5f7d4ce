/** All plugins. Each can be switched off by itself: `jupyter labextension disable jupyter-errreport:NAME`. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { commandsPlugin } from './plugins/commands';
import { consentPlugin } from './plugins/consent';
import { errorsPlugin } from './plugins/errors';
import { marksPlugin } from './plugins/marks';
import { noticePlugin } from './plugins/notice';
import { panelPlugin } from './plugins/panel';
import { publishPlugin } from './plugins/publish';
import { reportingPlugin } from './plugins/reporting';
import { statusPlugin } from './plugins/status';

const plugins: JupyterFrontEndPlugin<any>[] = [
  errorsPlugin,
  panelPlugin,
  statusPlugin,
  commandsPlugin,
  marksPlugin,
  publishPlugin,
  consentPlugin,
  reportingPlugin,
  noticePlugin
];

export default plugins;
