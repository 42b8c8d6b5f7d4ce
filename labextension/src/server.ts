/** The requests to the server extension: one place for addresses, logins and what goes wrong. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** Something that the server answered instead of what was asked for. Its message is for the reader. */
export class ServerProblem extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
  }
}

/** Speaks to `/errreport/` of this Jupyter server. */
export class ErrorServer {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  /** The address of a page or resource, to be opened in the browser. */
  url(path: string): string {
    return URLExt.join(this._settings.baseUrl, 'errreport', path);
  }

  get<T>(path: string, query: Record<string, string | number> = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== '');
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this._request<T>('GET', text ? `${path}?${text}` : path);
  }

  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T> {
    return this._request<T>(method, path, body);
  }

  /** What the server answers, as JSON. Raises `ServerProblem`, with status 0 when nobody answered. */
  private async _request<T>(method: string, path: string, body?: object): Promise<T> {
    // Not `no-store`, to which Jupyter's client adds a number that the lists would take for a filter.
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const init: RequestInit = { method, cache: 'no-cache', headers, body: body && JSON.stringify(body) };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(this.url(path), init, this._settings);
    } catch (reason) {
      throw new ServerProblem(String(reason), 0);
    }
    const text = await response.text();
    const answer = readJson(text);
    if (!response.ok) {
      throw new ServerProblem(answer?.message ?? `${response.status} ${response.statusText}`, response.status);
    }
    return answer as T;
  }
}

function readJson(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
