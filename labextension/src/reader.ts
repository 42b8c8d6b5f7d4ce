/** What the reader adds to an error in their own words. */

import { EVENT_FIELDS, type EventStatus } from './contract';
import type { ErrorServer } from './server';
import type { IError } from './tokens';

export interface IReader {
  /** Tell the author more about an error; what became of that, as a sentence, empty when it was stored. */
  say(error: IError, text: string): Promise<string>;
}

export class Reader implements IReader {
  constructor(private readonly _server: ErrorServer) {}

  /** The event again, with what the reader says: receivers keep what is new of it. */
  async say(error: IError, text: string): Promise<string> {
    // Not `masked`, which is the receiver's own word.
    const names = EVENT_FIELDS.filter(name => name !== 'masked' && error[name] !== null);
    const event = { ...Object.fromEntries(names.map(name => [name, error[name]])), comments: [text] };
    const answer = await this._server.send<{ status: EventStatus; message?: string }>('POST', 'errors', event);
    return answer.status === 'rejected' ? (answer.message ?? answer.status) : '';
  }
}
