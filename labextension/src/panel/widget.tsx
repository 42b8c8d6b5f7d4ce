/** The panel as a widget: it looks at the errors only while it is seen. */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { panelIcon } from './icon';
import { PANEL_ID } from '../tokens';
import { type IPanelContext, PanelContext } from './context';
import { Panel } from './panel';

export class ErrorPanel extends ReactWidget {
  constructor(private readonly _context: IPanelContext) {
    super();
    this.id = PANEL_ID;
    this.title.icon = panelIcon;
    this.title.caption = _context.trans.__('Errors');
    this.addClass('jp-ErrReport');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', _context.trans.__('Errors'));
    _context.errors.changed.connect(this._changed, this);
  }

  dispose(): void {
    this._context.errors.changed.disconnect(this._changed, this);
    this._watching?.dispose();
    clearInterval(this._clock);
    super.dispose();
  }

  protected onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this._look();
  }

  protected onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._look();
    }
  }

  protected onBeforeHide(msg: Message): void {
    this._watching?.dispose();
    this._watching = null;
    clearInterval(this._clock);
    super.onBeforeHide(msg);
  }

  protected onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('select, button, a')?.focus();
  }

  protected render(): React.JSX.Element {
    return (
      <PanelContext.Provider value={this._context}>
        <Panel />
      </PanelContext.Provider>
    );
  }

  private _look(): void {
    this._watching ??= this._context.errors.watch('lists');
    clearInterval(this._clock);
    this._clock = setInterval(() => this.update(), 60_000); // "2 min ago" goes on
    this.update();
  }

  private _changed(): void {
    if (this.isVisible) {
      this.update();
    }
  }

  private _watching: IDisposable | null = null;
  private _clock: ReturnType<typeof setInterval> | undefined;
}
