/** What the parts of the panel share. */

import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { IErrors } from '../tokens';
import type { IReader } from '../reader';

export interface IPanelContext {
  errors: IErrors;
  trans: TranslationBundle;
  reader: IReader;
  /** Carry out one of the plugins' commands. */
  run(command: string, args?: { event_id: string }): void;
  /** The address of a page of the server. */
  url(path: string): string;
}

export const PanelContext = React.createContext<IPanelContext>(null!);
export const usePanel = (): IPanelContext => React.useContext(PanelContext);
