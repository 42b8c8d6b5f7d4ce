/** Runs `%errreport` in a kernel, out of sight. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';

/** What `%errreport WORDS` prints; empty in kernels that have no such magic, or are no Python. */
export async function runMagic(kernel: Kernel.IKernelConnection | null | undefined, words: string): Promise<string> {
  if (!kernel || (await kernel.info).language_info.name !== 'python') {
    return '';
  }
  const code = `%errreport ${words.replace(/[\r\n]+/g, ' ')}`;
  const future = kernel.requestExecute({ code, silent: true, store_history: false, allow_stdin: false });
  let text = '';
  future.onIOPub = message => {
    if (message.header.msg_type === 'stream') {
      const { name, text: part } = (message as KernelMessage.IStreamMsg).content;
      text += name === 'stdout' ? part : '';
    }
  };
  await future.done;
  return text.trim();
}
