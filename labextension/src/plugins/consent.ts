/** Asks the reader whether errors may be told to somebody, where kernels wait for the answer. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { FRONT_END_TARGET } from '../contract';
import { QuestionWidget } from '../panel/question';
import { IErrors, type IQuestion } from '../tokens';

/** What a kernel says of its question. */
interface IState {
  type: 'consent';
  state: 'asked' | 'yes' | 'no' | 'off';
  receivers: string[];
  waiting: number;
}

export const consentPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-errreport:consent',
  description: 'Asks the reader before errors leave, in the notebook and in the panel, where that is wanted.',
  autoStart: true,
  requires: [IErrors, INotebookTracker],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, errors: IErrors, tracker: INotebookTracker, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('jupyter_errreport');
    const open = new Map<NotebookPanel, IQuestion>();
    const banners = new Map<NotebookPanel, QuestionWidget>();

    function ask(panel: NotebookPanel, question: IQuestion | null): void {
      banners.get(panel)?.dispose();
      banners.delete(panel);
      open.delete(panel);
      if (question) {
        open.set(panel, question);
        const banner = new QuestionWidget(question, trans);
        banners.set(panel, banner);
        panel.contentHeader.addWidget(banner);
      }
      errors.setQuestions([...open.values()]);
    }

    function listen(panel: NotebookPanel, comm: Kernel.IComm): void {
      errors.asked.add(PathExt.basename(panel.context.path));
      const hear = (data: unknown) => {
        const told = data as IState;
        if (told?.type === 'consent') {
          const notebook = PathExt.basename(panel.context.path);
          const answer = (yes: boolean) => comm.send({ type: 'consent', answer: yes ? 'yes' : 'no' });
          const { receivers, waiting } = told;
          ask(panel, told.state === 'asked' ? { notebook, receivers, waiting, answer } : null);
        }
      };
      comm.onMsg = message => hear(message.content.data);
      comm.onClose = () => ask(panel, null);
    }

    /** Follow a kernel: the question that it will open, and the one that it had opened before this page was there. */
    async function follow(panel: NotebookPanel, kernel: Kernel.IKernelConnection): Promise<void> {
      kernel.registerCommTarget(FRONT_END_TARGET, (comm, message) => {
        listen(panel, comm);
        comm.onMsg({ content: message.content } as any); // the first state comes with the opening
      });
      const { content } = await kernel.requestCommInfo({ target_name: FRONT_END_TARGET });
      for (const id of Object.keys(content.status === 'ok' ? content.comms : {})) {
        if (!kernel.hasComm(id)) {
          const comm = kernel.createComm(FRONT_END_TARGET, id);
          listen(panel, comm);
          comm.send({ type: 'state' });
        }
      }
    }

    tracker.widgetAdded.connect((_, panel) => {
      const { sessionContext } = panel;
      const begin = (kernel: Kernel.IKernelConnection | null | undefined) => {
        ask(panel, null);
        if (kernel) {
          follow(panel, kernel).catch(reason => console.warn('jupyter-errreport: no question was looked for.', reason));
        }
      };
      sessionContext.kernelChanged.connect((_, change) => begin(change.newValue));
      begin(sessionContext.session?.kernel);
      panel.disposed.connect(() => ask(panel, null));
    });
  }
};
