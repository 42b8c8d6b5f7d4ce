/** Finds the cell that an error came from, and shows it. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ErrorServer } from './server';
import type { IError } from './tokens';

/** A code cell of an open notebook, as the server tells it. */
export interface IKnownCell {
  cell_hash: string | null;
  /** How many errors people had in it, and in how many sessions. */
  count: number;
  sessions: number;
}

/** What stands in the code cells of a notebook, in their order. */
export function codeSources(panel: NotebookPanel): string[] {
  return [...(panel.model?.cells ?? [])].filter(cell => cell.type === 'code').map(cell => cell.sharedModel.getSource());
}

/** Every cell of a notebook (null for what is no code), with its hash and the errors that people had in it. */
export async function knownCells(server: ErrorServer, panel: NotebookPanel): Promise<(IKnownCell | null)[]> {
  const isCode = [...(panel.model?.cells ?? [])].map(cell => cell.type === 'code');
  const known = await server.send<IKnownCell[]>('POST', 'cells', {
    path: panel.context.path,
    language: panel.model?.defaultKernelLanguage || 'python',
    sources: codeSources(panel)
  });
  return isCode.map(code => (code ? (known.shift() ?? null) : null));
}

/** The place of the cell with this id, -1 when it is not there. */
export function cellWithId(panel: NotebookPanel, id: string | null): number {
  return id ? panel.content.widgets.findIndex(cell => cell.model.id === id) : -1;
}

/** The place of an error's cell: by its id, else by its content, else by its number; -1 when it is not there. */
export async function findCell(server: ErrorServer, panel: NotebookPanel, error: IError): Promise<number> {
  const index = cellWithId(panel, error.cell_id);
  if (index >= 0) {
    return index;
  }
  if (error.cell_hash) {
    const known = await knownCells(server, panel).catch(() => []);
    const same = known.findIndex(cell => cell?.cell_hash === error.cell_hash);
    if (same >= 0) {
      return same;
    }
  }
  return panel.content.widgets.findIndex(
    ({ model }) =>
      model.type === 'code' && error.execution_count > 0 && model.sharedModel.toJSON().execution_count === error.execution_count
  );
}

/** Make a cell the active one, in the middle of what is seen, and give it the keyboard. */
export async function showCell(panel: NotebookPanel, index: number): Promise<void> {
  const notebook = panel.content;
  notebook.mode = 'command';
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  await notebook.scrollToItem(index, 'center');
  notebook.node.focus({ preventScroll: true });
}
