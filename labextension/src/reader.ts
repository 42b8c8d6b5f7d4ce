/** What the reader adds to an error in their own words. */

import type { ErrorServer } from './server';
import type { IError } from './tokens';

export interface IReader {
  /** Tell the author more about an error; what became of that, as a sentence, empty when it was stored. */
  say(error: IError, text: string): Promise<string>;
}

/** Fields of a listed error that were never its reporter's. */
const ADDED = new Set(['group', 'received_at', 'masked', 'comments', 'author_cell']);

export class Reader implements IReader {
  constructor(private readonly _server: ErrorServer) {}

  /** The event again, with what the reader says: receivers keep what is new of it. */
  async say(error: IError, text: string): Promise<string> {
    const sent = Object.entries(error).filter(([name, value]) => value !== null && !ADDED.has(name));
    const event = { ...Object.fromEntries(sent), comments: [text] };
    const answer = await this._server.send<{ status: string; message?: string }>('POST', 'errors', event);
    return answer.status === 'rejected' ? (answer.message ?? answer.status) : '';
  }
}
