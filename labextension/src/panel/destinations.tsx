/** Where errors went: a line for this server, and one for each destination beyond it. */

import React from 'react';

import type { IDestination } from '../tokens';
import { usePanel } from './context';

export function Destinations(): React.JSX.Element {
  const { errors, trans } = usePanel();
  const { server, state, reporting } = errors;
  return (
    <footer className="jp-ErrReport-footer" data-errreport-state={state}>
      {server?.notice && <p>{server.notice}</p>}
      {server && state === 'off' && (
        <p>
          {reporting
            ? trans.__('Nothing is reported: %1 turns it off.', server.off)
            : trans.__('Nothing is reported: you turned it off in the settings.')}
        </p>
      )}
      {server && server.destinations.length === 0 && state !== 'off' && <p>{trans.__('Errors stay on this server.')}</p>}
      {server?.destinations.map(place => <Destination key={place.destination} place={place} />)}
    </footer>
  );
}

function Destination({ place }: { place: IDestination }): React.JSX.Element {
  const { trans } = usePanel();
  const figures = [
    trans.__('%1 sent', place.sent),
    ...(place.waiting ? [trans.__('%1 waiting', place.waiting)] : []),
    ...(place.rejected ? [trans.__('%1 refused', place.rejected)] : [])
  ];
  return (
    <p className="jp-ErrReport-destination" title={place.problem}>
      <span>{place.destination}</span>
      <span className={place.problem ? 'jp-ErrReport-refused' : undefined}>{figures.join(' · ')}</span>
    </p>
  );
}
