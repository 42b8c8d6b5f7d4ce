/** Equal errors together: what failed, where, and what can be done about it. */

import { checkIcon, copyIcon, editIcon, LabIcon, undoIcon, userIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { COMMENT_LIMIT, DECISION_LIMIT } from '../contract';
import { CommandIDs, type IError, type IGroup } from '../tokens';
import { usePanel } from './context';
import { Editor } from './editor';
import { ErrorRow } from './row';

/** Errors of a group that are seen before somebody asks for all. */
const FIRST = 3;

interface IProps {
  group: IGroup;
  /** Newest first, at least one. */
  errors: IError[];
}

export function GroupCard({ group, errors }: IProps): React.JSX.Element {
  const { errors: model, trans, run, reader } = usePanel();
  const [editing, edit] = React.useState<'hint' | 'say' | null>(null);
  const [isWhole, showWhole] = React.useState(false);
  const { columns } = model.view;
  const [newest] = errors;
  const isResolved = group.status === 'resolved';
  const name = `jp-ErrReport-${group.group}`;
  return (
    <section className="jp-ErrReport-group" aria-labelledby={name}>
      <div className="jp-ErrReport-title">
        <h3 id={name} title={group.error_name}>{group.error_name}</h3>
        {columns.has('count') && group.count > 1 && (
          <span className="jp-ErrReport-total" title={trans._n('%1 error in %2 sessions', '%1 errors in %2 sessions', group.count, group.sessions)}>
            {group.count}
          </span>
        )}
        <div className="jp-ErrReport-actions">
          <Action icon={copyIcon} label={trans.__('Copy')} onClick={() => run(CommandIDs.copy, newest)} />
          <Action
            icon={isResolved ? undoIcon : checkIcon}
            label={isResolved ? trans.__('Open again') : trans.__('Resolve')}
            onClick={() => run(CommandIDs.resolve, newest)}
          />
          <Action
            icon={editIcon}
            label={trans.__('Hint')}
            caption={trans.__('What the next reader who has this error is told below it')}
            isOpen={editing === 'hint'}
            onClick={() => edit(editing === 'hint' ? null : 'hint')}
          />
          <Action
            icon={userIcon}
            label={trans.__('Say more')}
            caption={trans.__('Tell the author of the notebook more about your newest error')}
            isOpen={editing === 'say'}
            onClick={() => edit(editing === 'say' ? null : 'say')}
          />
        </div>
      </div>
      {group.error_message && <p className="jp-ErrReport-message" title={group.error_message}>{group.error_message}</p>}
      {columns.has('first line') && group.first_line && <code title={group.first_line}>{group.first_line}</code>}
      <ul className="jp-ErrReport-rows">
        {errors.map((error, index) => (
          <ErrorRow key={error.event_id} error={error} isHidden={!isWhole && index >= FIRST} />
        ))}
      </ul>
      {errors.length > FIRST && (
        <button className="jp-ErrReport-more" aria-expanded={isWhole} onClick={() => showWhole(!isWhole)}>
          {isWhole ? trans.__('Show fewer') : trans.__('Show %1 more', errors.length - FIRST)}
        </button>
      )}
      {group.hint && editing !== 'hint' && <p className="jp-ErrReport-hint">{group.hint}</p>}
      {editing === 'hint' && (
        <Editor
          label={trans.__('What should the next reader do?')}
          text={group.hint}
          limit={DECISION_LIMIT}
          verb={trans.__('Save')}
          onDone={() => edit(null)}
          save={text => model.changeGroup(group.group, { hint: text })}
        />
      )}
      {editing === 'say' && (
        <Editor
          label={trans.__('One sentence for the author. It is sent as you write it.')}
          text=""
          limit={COMMENT_LIMIT}
          verb={trans.__('Send')}
          onDone={() => edit(null)}
          save={text => reader.say(newest, text)}
        />
      )}
    </section>
  );
}

interface IActionProps {
  icon: LabIcon;
  label: string;
  caption?: string;
  isOpen?: boolean;
  onClick(): void;
}

function Action({ icon, label, caption, isOpen, onClick }: IActionProps): React.JSX.Element {
  return (
    <button className="jp-ErrReport-action" title={caption ?? label} aria-label={label} aria-expanded={isOpen} onClick={onClick}>
      <icon.react tag="span" stylesheet="menuItem" />
    </button>
  );
}
