/** A few lines of text to be written and sent. */

import React from 'react';

import { usePanel } from './context';

interface IProps {
  label: string;
  text: string;
  /** Characters that the server takes. */
  limit: number;
  verb: string;
  /** Keep the text; a sentence for the reader when that did not work. */
  save(text: string): Promise<string>;
  onDone(): void;
}

export function Editor({ label, text, limit, verb, save, onDone }: IProps): React.JSX.Element {
  const { trans } = usePanel();
  const [written, write] = React.useState(text);
  const [problem, complain] = React.useState('');

  async function send(event: React.FormEvent): Promise<void> {
    event.preventDefault();
    const answer = await save(written.trim()).catch((reason: Error) => reason.message);
    if (answer) {
      complain(answer);
    } else {
      onDone();
    }
  }

  return (
    <form
      className="jp-ErrReport-editor"
      onSubmit={event => void send(event)}
      onKeyDown={event => event.key === 'Escape' && onDone()}
    >
      <label>
        {label}
        <textarea
          className="jp-mod-styled"
          autoFocus
          rows={3}
          maxLength={limit}
          value={written}
          onChange={event => write(event.target.value)}
        />
      </label>
      {problem && <p role="alert">{problem}</p>}
      <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={!written.trim() && !text}>
        {verb}
      </button>
      <button type="button" className="jp-mod-styled" onClick={onDone}>
        {trans.__('Cancel')}
      </button>
    </form>
  );
}
