/** Carries the reader's setting into the kernels: where it is off, `%errreport off` is the first thing that they run. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { runMagic } from '../magic';
import { IErrors } from '../tokens';

export const reportingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:reporting',
  description: 'Turns reporting off in the kernels of open notebooks when the setting says so.',
  autoStart: true,
  requires: [IErrors, INotebookTracker],
  activate: (_: JupyterFrontEnd, errors: IErrors, tracker: INotebookTracker): void => {
    let wasOn = errors.reporting;

    function turnOff(panel: NotebookPanel): void {
      if (!errors.reporting) {
        void runMagic(panel.sessionContext.session?.kernel, 'off');
      }
    }

    /** Not where the reader was asked: the setting is no answer to that, and `%errreport on` would be a yes. */
    function turnOn(panel: NotebookPanel): void {
      if (!errors.asked.has(PathExt.basename(panel.context.path))) {
        void runMagic(panel.sessionContext.session?.kernel, 'on');
      }
    }

    tracker.widgetAdded.connect((_, panel) => {
      const { sessionContext } = panel;
      let isNew = false;
      sessionContext.kernelChanged.connect((_, change) => {
        if (change.newValue) {
          turnOff(panel);
        }
      });
      sessionContext.statusChanged.connect((_, status) => {
        if (status === 'restarting' || status === 'autorestarting') {
          isNew = true;
        } else if (isNew && status === 'idle') {
          isNew = false;
          turnOff(panel);
        }
      });
      turnOff(panel);
    });

    errors.changed.connect(() => {
      if (errors.reporting !== wasOn) {
        wasOn = errors.reporting;
        tracker.forEach(wasOn ? turnOn : turnOff);
      }
    });
  }
};
