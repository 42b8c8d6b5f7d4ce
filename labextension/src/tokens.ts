/** What the plugins share: names, the shape of what the server answers, and the model that they all look at. */

import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { GroupStatus, IError } from './contract';

export type { GroupStatus, IError };

export const PANEL_ID = 'jupyter-errreport-errors';

/** The plugins' commands. */
export namespace CommandIDs {
  export const show = 'jupyter-errreport:show';
  export const goTo = 'jupyter-errreport:go-to-cell';
  export const copy = 'jupyter-errreport:copy';
  export const remove = 'jupyter-errreport:delete';
  export const clear = 'jupyter-errreport:clear';
  export const resolve = 'jupyter-errreport:resolve';
  export const toggle = 'jupyter-errreport:toggle-reporting';
  export const publish = 'jupyter-errreport:publish';
}

/** Equal errors together, as `GET groups` lists them. */
export interface IGroup {
  group: string;
  notebook: string;
  error_name: string;
  error_message: string;
  first_line: string;
  count: number;
  sessions: number;
  status: GroupStatus;
  hint: string;
  note: string;
}

/** What became of the errors that one destination is to get. */
export interface IDestination {
  destination: string;
  sent: number;
  waiting: number;
  rejected: number;
  problem: string;
}

/** How it is with the server: the answer of `GET panel`. */
export interface IServerState {
  /** Where errors go beyond this server, in the operator's words; empty when they stay. */
  notice: string;
  /** Why nothing is reported on this server; empty when errors are. */
  off: string;
  /** The collector's host; empty without a collector. */
  collector: string;
  destinations: IDestination[];
  /** The newest events that have not arrived everywhere: with a `problem` they were refused and never will. */
  undelivered: { event_id: string; destination: string; problem: string }[];
}

/** A question to the reader: may errors of this notebook be told to somebody? */
export interface IQuestion {
  notebook: string;
  receivers: string[];
  /** Errors that are kept on this machine meanwhile. */
  waiting: number;
  answer(yes: boolean): void;
}

/** What the reader chose to see. */
export interface IView {
  mode: 'groups' | 'errors';
  columns: ReadonlySet<string>;
  /** Name of the only notebook that is shown; empty for all. */
  notebook: string;
  status: GroupStatus | '';
}

/** In one word, how it is with reporting. */
export type ReportingState = 'on' | 'off' | 'waiting' | 'offline';

/** The errors of this server. Loads and polls only while somebody looks. */
export interface IErrors {
  /** Something of what is below is different now. */
  readonly changed: ISignal<IErrors, void>;
  /** The server has stored an error of the notebook of this name. */
  readonly heard: ISignal<IErrors, string>;

  /** The newest errors, newest first. */
  readonly errors: readonly IError[];
  readonly groups: ReadonlyMap<string, IGroup>;
  /** Names of all notebooks that had errors. */
  readonly notebooks: readonly string[];
  readonly questions: readonly IQuestion[];
  /** Names of the notebooks of which there was ever a question: there only its answer lets errors leave. */
  readonly asked: Set<string>;
  /** Null until the server has answered. */
  readonly server: IServerState | null;
  readonly state: ReportingState;
  /** A sentence on why nothing can be shown; empty when all is well. */
  readonly problem: string;
  readonly isLoaded: boolean;
  readonly view: IView;
  /** Whether the reader's settings let kernels report. */
  readonly reporting: boolean;

  /** Show other errors, or the same differently. */
  choose(view: Partial<IView>): void;
  /** Whether errors of this notebook are shown at all. */
  isMuted(notebook: string): boolean;
  /** Look until the answer is disposed of: at the lists too, or only at how it is with the server. */
  watch(what: 'lists' | 'server'): IDisposable;
  setQuestions(questions: readonly IQuestion[]): void;
  refresh(): Promise<void>;
  /** Decide about a group, here and at the collector; a sentence when that does not know of it. */
  changeGroup(group: string, change: { status?: GroupStatus; hint?: string }): Promise<string>;
  /** Delete one error, or all that are shown. Deleted errors do not come back. */
  remove(which: { event_id: string } | { notebook: string }): Promise<void>;
  find(event_id: string): IError | undefined;
}

export const IErrors = new Token<IErrors>(
  'jupyter-errreport:IErrors',
  "The errors of this server's notebooks, kept up to date."
);
