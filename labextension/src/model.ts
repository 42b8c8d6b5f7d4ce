/** The errors of this server, kept up to date while somebody looks. */

import type { Event } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { ERROR_SCHEMA } from './contract';
import { mutedTest } from './muted';
import { Refresher } from './refresher';
import { ErrorServer, ServerProblem } from './server';
import type { GroupStatus, IError, IErrors, IGroup, IQuestion, IServerState, IView, ReportingState } from './tokens';

/** Errors that are kept here; the pages of the server have all of them. */
const MOST = 500;

/** What the reader's settings say. */
export interface ISettings {
  reporting: boolean;
  muted: readonly string[];
  mode: IView['mode'];
  columns: readonly string[];
}

export class ErrorModel implements IErrors {
  constructor(
    private readonly _server: ErrorServer,
    events: Event.IManager,
    /** What to tell the reader when the server has no extension. */
    private readonly _missing: string
  ) {
    this._refresher = new Refresher(() => this._update());
    events.stream.connect((_, event) => {
      if (event.schema_id === ERROR_SCHEMA) {
        this._heard.emit(String(event.notebook));
        this._refresher.soon();
      }
    });
  }

  get changed(): ISignal<IErrors, void> {
    return this._changed;
  }

  get heard(): ISignal<IErrors, string> {
    return this._heard;
  }

  errors: readonly IError[] = [];
  groups: ReadonlyMap<string, IGroup> = new Map();
  notebooks: readonly string[] = [];
  questions: readonly IQuestion[] = [];
  readonly asked = new Set<string>();
  server: IServerState | null = null;
  problem = '';
  isLoaded = false;
  reporting = true;
  view: IView = { mode: 'groups', columns: new Set(), notebook: '', status: 'open' };

  get state(): ReportingState {
    if (this._isOffline) {
      return 'offline';
    }
    if (!this.reporting || this.server?.off || this._isMissing) {
      return 'off';
    }
    if (this.server?.destinations.some(place => place.waiting > 0 && place.problem)) {
      return 'offline';
    }
    const waits = this.questions.length > 0 || this.server?.destinations.some(place => place.waiting > 0);
    return waits ? 'waiting' : 'on';
  }

  configure(settings: ISettings): void {
    this.reporting = settings.reporting;
    this._isMuted = mutedTest(settings.muted);
    this.choose({ mode: settings.mode, columns: new Set(settings.columns) });
  }

  choose(view: Partial<IView>): void {
    const before = this.view;
    this.view = { ...before, ...view };
    if (this.view.notebook !== before.notebook) {
      // Which errors are a notebook's, and of its copies under other names, is the server's to say.
      this._isStale = true;
      this.isLoaded = false;
      this.errors = [];
      this._refresher.soon();
    }
    this._changed.emit();
  }

  isMuted(notebook: string): boolean {
    return this._isMuted(notebook);
  }

  watch(what: 'lists' | 'server'): IDisposable {
    const lists = what === 'lists' ? 1 : 0;
    this._lookers += lists;
    const watching = this._refresher.watch();
    return new DisposableDelegate(() => {
      this._lookers -= lists;
      watching.dispose();
    });
  }

  setQuestions(questions: readonly IQuestion[]): void {
    this.questions = questions;
    this._changed.emit();
  }

  refresh(): Promise<void> {
    this._isStale = true;
    return this._refresher.now();
  }

  async changeGroup(group: string, change: { status?: GroupStatus; hint?: string }): Promise<string> {
    const path = `groups/${encodeURIComponent(group)}/everywhere`;
    const changed = await this._server.send<IGroup & { not_told: string }>('PATCH', path, change);
    this.groups = new Map(this.groups).set(group, changed);
    this._changed.emit();
    return changed.not_told;
  }

  async remove(which: { event_id: string } | { notebook: string }): Promise<void> {
    if ('event_id' in which) {
      await this._server.send('DELETE', `errors/${encodeURIComponent(which.event_id)}`);
    } else {
      const filter = which.notebook ? `notebook=${encodeURIComponent(which.notebook)}` : 'all=true';
      await this._server.send('DELETE', `errors?${filter}`);
    }
    await this.refresh();
  }

  find(event_id: string): IError | undefined {
    return this.errors.find(error => error.event_id === event_id);
  }

  /** Ask for what is new; whether to ask again in a while, though nothing is heard. */
  private async _update(): Promise<boolean> {
    try {
      this.server = await this._server.get<IServerState>('panel');
      if (this._lookers > 0) {
        await this._updateLists();
      }
      this.problem = '';
      this._isOffline = this._isMissing = false;
    } catch (reason) {
      if (!(reason instanceof ServerProblem)) {
        throw reason;
      }
      this._isOffline = reason.status === 0;
      this._isMissing = reason.status === 404;
      this.problem = this._isMissing ? this._missing : reason.message;
    }
    this._changed.emit();
    return this._isOffline || !!this.server?.destinations.some(place => place.waiting > 0);
  }

  private async _updateLists(): Promise<void> {
    const whole = this._isStale || this.errors.length === 0;
    this._isStale = false;
    const since = whole ? '' : this.errors[0].received_at;
    const { notebook } = this.view;
    try {
      const [errors, groups, notebooks] = await Promise.all([
        this._server.get<IError[]>('errors', { limit: MOST, notebook, since }),
        this._server.get<IGroup[]>('groups', { limit: MOST, notebook, since }),
        whole || !this.notebooks.includes(notebook) ? this._server.get<{ notebook: string }[]>('notebooks') : null
      ]);
      const known = new Set(errors.map(error => error.event_id));
      const kept = whole ? [] : this.errors.filter(error => !known.has(error.event_id));
      this.errors = [...errors, ...kept].slice(0, MOST);
      const before = whole ? [] : [...this.groups];
      this.groups = new Map([...before, ...groups.map((group): [string, IGroup] => [group.group, group])]);
      this._name(notebooks ? notebooks.map(item => item.notebook) : [...this._named.keys()]);
      this.isLoaded = true;
    } catch (reason) {
      this._isStale = this._isStale || whole;
      throw reason;
    }
  }

  /** Notebooks are offered under the name that their newest error came with: that of a file, which the reader knows. */
  private _name(notebooks: readonly string[]): void {
    this._named = new Map(notebooks.map((name): [string, string] => [name, this._named.get(name) ?? name]));
    for (const error of [...this.errors].reverse()) {
      const group = this.groups.get(error.group);
      if (group) {
        this._named.set(group.notebook, error.notebook);
      }
    }
    this.notebooks = [...new Set(this._named.values())].sort();
  }

  private readonly _refresher: Refresher;
  private _named = new Map<string, string>();
  private _lookers = 0;
  private _isStale = true;
  private _isOffline = false;
  private _isMissing = false;
  private _isMuted: (notebook: string) => boolean = () => false;
  private readonly _changed = new Signal<IErrors, void>(this);
  private readonly _heard = new Signal<IErrors, string>(this);
}
