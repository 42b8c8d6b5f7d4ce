/** Written by the build from contract.py and event.py of the package (write_contract.py): change those. */

export const COMMENT_LIMIT = 500;
export const DECISION_LIMIT = 2000;
export const PAGE_LIMIT = 1000;
export const COUNTLESS = -1;
export const ERROR_SCHEMA = 'https://schema.jupyter-errreport.org/error/v1';
export const FRONT_END_TARGET = 'jupyter_errreport';

export const KINDS = [
  'cell',
  'syntax',
  'callback',
  'thread',
  'task',
  'run',
  'interrupt',
  'exit',
  'kernel_died'
] as const;
export type Kind = (typeof KINDS)[number];

export const EVENT_STATUSES = [
  'stored',
  'duplicate',
  'rejected'
] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

export const GROUP_STATUSES = [
  'open',
  'resolved',
  'ignored'
] as const;
export type GroupStatus = (typeof GROUP_STATUSES)[number];

export const EVENT_FIELDS = [
  'event_id',
  'timestamp',
  'last_timestamp',
  'notebook',
  'release',
  'session',
  'fingerprint',
  'kind',
  'language',
  'error_name',
  'error_message',
  'first_line',
  'execution_count',
  'cell_id',
  'cell_hash',
  'count',
  'traceback',
  'chain',
  'policy',
  'masked',
  'comments'
] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** One error, as `GET errors` lists it: null is what was not given. */
export interface IError {
  event_id: string;
  received_at: string;
  timestamp: string;
  last_timestamp: string | null;
  notebook: string;
  release: string | null;
  session: string | null;
  group: string;
  fingerprint: string;
  kind: Kind;
  language: string;
  error_name: string;
  error_message: string;
  first_line: string;
  execution_count: number;
  cell_id: string | null;
  cell_hash: string | null;
  count: number;
  traceback: { filename: string; fun_name: string; lineno: number }[];
  chain: { error_name: string; error_message: string; relation: string }[];
  policy: string | null;
  masked: string[] | null;
  comments: { at: string; text: string }[];
}
