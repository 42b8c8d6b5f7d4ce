/** An error in plain words: what is copied, and what stands beside it in lists. */

import type { IError } from './tokens';

/** The cell's number as notebooks show it; empty where there is none. */
export function cellNumber(error: IError): string {
  return error.execution_count > 0 ? `[${error.execution_count}]` : '';
}

/** The whole error as text, for a mail or a forum. */
export function errorText(error: IError): string {
  const place = [error.notebook, cellNumber(error)].filter(part => part).join(' ');
  const frames = error.traceback.map(frame => `  ${frame.filename}, line ${frame.lineno}, in ${frame.fun_name}`);
  return [
    [error.error_name, error.error_message].filter(part => part).join(': '),
    `in ${place}${error.count > 1 ? `, ${error.count} times` : ''}, ${error.timestamp}`,
    ...(error.first_line ? [`cell: ${error.first_line}`] : []),
    ...frames
  ].join('\n');
}

/** How long ago, in a word or two of the page's language; `now` in milliseconds. */
export function ago(moment: string, now: number): string {
  const language = document.documentElement.lang || undefined;
  const seconds = Math.max(0, (now - Date.parse(moment)) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { style: 'narrow', numeric: 'auto' });
  if (seconds < 60) {
    return format.format(0, 'second');
  }
  if (seconds < 3600) {
    return format.format(-Math.floor(seconds / 60), 'minute');
  }
  if (seconds < 86400) {
    return format.format(-Math.floor(seconds / 3600), 'hour');
  }
  return new Date(moment).toLocaleDateString(language, { day: 'numeric', month: 'short' });
}
