/** The panel: questions, filters, the errors, and where they went. */

import { deleteIcon, launchIcon } from '@jupyterlab/ui-components';
import React from 'react';

import { CommandIDs, type IError, type IGroup } from '../tokens';
import { usePanel } from './context';
import { Destinations } from './destinations';
import { Filters } from './filters';
import { GroupCard } from './group';
import { Question } from './question';
import { ErrorRow } from './row';

export function Panel(): React.JSX.Element {
  const { errors, trans, run, url } = usePanel();
  const shown = errors.errors.filter(error => isShown(error));

  function isShown(error: IError): boolean {
    const { status } = errors.view;
    const group = errors.groups.get(error.group);
    return !errors.isMuted(error.notebook) && (!status || !group || group.status === status);
  }

  return (
    <>
      <header className="jp-ErrReport-header">
        <h2>{trans.__('Errors')}</h2>
        <a className="jp-ErrReport-icon" href={url('')} target="_blank" rel="noopener" title={trans.__('Open the whole list')}>
          <launchIcon.react tag="span" stylesheet="toolbarButton" />
        </a>
        <button className="jp-ErrReport-icon" title={trans.__('Clear errors…')} onClick={() => run(CommandIDs.clear)}>
          <deleteIcon.react tag="span" stylesheet="toolbarButton" />
        </button>
      </header>
      {errors.questions.map(question => (
        <Question key={question.notebook} question={question} trans={trans} />
      ))}
      <Filters />
      <div className="jp-ErrReport-list" tabIndex={-1}>
        {errors.problem && <p className="jp-ErrReport-note" role="alert">{errors.problem}</p>}
        {errors.isLoaded && shown.length === 0 && <Nothing />}
        {errors.view.mode === 'groups'
          ? together(shown, errors.groups).map(([group, its]) => <GroupCard key={group.group} group={group} errors={its} />)
          : shown.length > 0 && (
              <ul className="jp-ErrReport-rows jp-mod-single">
                {shown.map(error => <ErrorRow key={error.event_id} error={error} isSingle />)}
              </ul>
            )}
      </div>
      <Latest error={shown[0]} />
      <Destinations />
    </>
  );
}

/** The errors of each group, the group with the newest error first. */
function together(errors: readonly IError[], groups: ReadonlyMap<string, IGroup>): [IGroup, IError[]][] {
  const found = new Map<string, [IGroup, IError[]]>();
  for (const error of errors) {
    const entry = found.get(error.group);
    if (entry) {
      entry[1].push(error);
    } else {
      found.set(error.group, [groups.get(error.group) ?? groupOfOne(error), [error]]);
    }
  }
  return [...found.values()];
}

/** What is known of a group before the server has told it. */
function groupOfOne(error: IError): IGroup {
  return { ...error, sessions: 1, status: 'open', hint: '', note: '' };
}

function Nothing(): React.JSX.Element {
  const { errors, trans } = usePanel();
  const isFiltered = errors.view.notebook !== '' || errors.errors.length > 0;
  return (
    <p className="jp-ErrReport-note">
      {isFiltered
        ? trans.__('No such errors.')
        : trans.__("No errors yet. When a cell of a notebook on this server fails, it is listed here: without the reader's data.")}
    </p>
  );
}

/** Tells those who do not see the panel of a new error. */
function Latest({ error }: { error: IError | undefined }): React.JSX.Element {
  const { trans } = usePanel();
  const first = React.useRef(error?.event_id);
  const isNew = error !== undefined && error.event_id !== first.current;
  return (
    <p className="jp-ErrReport-unseen" role="status">
      {isNew ? trans.__('New error: %1 in %2', error.error_name, error.notebook) : ''}
    </p>
  );
}
