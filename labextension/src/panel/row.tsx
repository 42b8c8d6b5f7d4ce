/** One error: a click goes to its cell. */

import React from 'react';

import { ago, cellNumber } from '../text';
import { CommandIDs, type IError } from '../tokens';
import { usePanel } from './context';

interface IProps {
  error: IError;
  /** Not below the title of its group: then it says itself what failed. */
  isSingle?: boolean;
  /** One of many equal ones that nobody asked to see yet. */
  isHidden?: boolean;
}

export function ErrorRow({ error, isSingle, isHidden }: IProps): React.JSX.Element {
  const { errors, trans, run } = usePanel();
  const { columns } = errors.view;
  const undelivered = errors.server?.undelivered.filter(item => item.event_id === error.event_id) ?? [];
  return (
    <li data-event-id={error.event_id} hidden={isHidden}>
      <button
        className="jp-ErrReport-row"
        title={trans.__('Go to the cell')}
        onClick={() => run(CommandIDs.goTo, { event_id: error.event_id })}
      >
        {isSingle && (
          <span className="jp-ErrReport-what">
            <strong>{error.error_name}</strong> {error.error_message}
          </span>
        )}
        {isSingle && columns.has('first line') && error.first_line && <code>{error.first_line}</code>}
        <span className="jp-ErrReport-where">
          {columns.has('notebook') && <span className="jp-ErrReport-notebook">{error.notebook}</span>}
          {columns.has('cell') && <span className="jp-ErrReport-cell">{cellNumber(error)}</span>}
          {columns.has('count') && error.count > 1 && <span className="jp-ErrReport-count">×{error.count}</span>}
          {undelivered.map(item => (
            <span
              key={item.destination}
              className={item.problem ? 'jp-ErrReport-refused' : 'jp-ErrReport-waiting'}
              title={item.problem ? `${item.destination}: ${item.problem}` : item.destination}
            >
              {item.problem ? trans.__('refused') : trans.__('waiting')}
            </span>
          ))}
          {columns.has('time') && (
            <time dateTime={error.received_at} title={new Date(error.received_at).toLocaleString()}>
              {ago(error.received_at, Date.now())}
            </time>
          )}
        </span>
      </button>
    </li>
  );
}
