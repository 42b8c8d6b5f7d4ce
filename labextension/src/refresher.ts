/** When to ask the server: on news, and now and then while something waits; never while nobody looks at the page. */

import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

const NEWS_PAUSE = 50;
/** Milliseconds until the next question while something waits: doubled each time. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

export class Refresher {
  /** `work` says whether to ask again in a while. */
  constructor(private readonly _work: () => Promise<boolean>) {
    document.addEventListener('visibilitychange', () => {
      if (this._isSeen && this._isDue) {
        void this.now();
      }
    });
  }

  /** Look until the answer is disposed of. */
  watch(): IDisposable {
    this._watchers += 1;
    this.soon();
    return new DisposableDelegate(() => {
      this._watchers -= 1;
    });
  }

  /** There is news: ask in a moment, once for all that comes until then. */
  soon(): void {
    this._pause = FIRST_PAUSE;
    if (!this._isSoon) {
      this._isSoon = true;
      this._askIn(NEWS_PAUSE);
    }
  }

  /** Ask now; ends when the answer is there. */
  now(): Promise<void> {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._isSoon = false;
    this._running = this._running.catch(() => undefined).then(() => this._ask());
    return this._running;
  }

  private async _ask(): Promise<void> {
    this._isDue = !this._isSeen;
    if (this._isDue) {
      return;
    }
    let again = true;
    try {
      again = await this._work();
    } finally {
      if (again && this._timer === undefined) {
        this._isDue = true;
        this._askIn(this._pause);
        this._pause = Math.min(this._pause * 2, LONGEST_PAUSE);
      }
    }
  }

  private _askIn(pause: number): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this.now().catch(reason => console.error('jupyter-errreport: the list of errors was not updated.', reason));
    }, pause);
  }

  private get _isSeen(): boolean {
    return this._watchers > 0 && document.visibilityState === 'visible';
  }

  private _watchers = 0;
  private _isDue = false;
  private _isSoon = false;
  private _pause = FIRST_PAUSE;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _running: Promise<void> = Promise.resolve();
}
