/** Which errors are shown: of one notebook or all, open, resolved or ignored. */

import { HTMLSelect } from '@jupyterlab/ui-components';
import React from 'react';

import { GROUP_STATUSES, type GroupStatus } from '../contract';
import type { IView } from '../tokens';
import { usePanel } from './context';

export function Filters(): React.JSX.Element {
  const { errors, trans } = usePanel();
  const { notebook, status } = errors.view;
  const notebooks = errors.notebooks.filter(name => !errors.isMuted(name));
  const all = notebook && !notebooks.includes(notebook) ? [notebook, ...notebooks] : notebooks;
  const names: Record<GroupStatus, string> = {
    open: trans.__('Open'),
    resolved: trans.__('Resolved'),
    ignored: trans.__('Ignored')
  };
  return (
    <div className="jp-ErrReport-filters">
      <HTMLSelect
        aria-label={trans.__('Notebook')}
        value={notebook}
        onChange={event => errors.choose({ notebook: event.target.value })}
      >
        <option value="">{trans.__('All notebooks')}</option>
        {all.map(name => (
          <option key={name} value={name}>{name}</option>
        ))}
      </HTMLSelect>
      <HTMLSelect
        aria-label={trans.__('Status')}
        value={status}
        onChange={event => errors.choose({ status: event.target.value as IView['status'] })}
      >
        {GROUP_STATUSES.map(word => (
          <option key={word} value={word}>{names[word]}</option>
        ))}
        <option value="">{trans.__('All')}</option>
      </HTMLSelect>
    </div>
  );
}
