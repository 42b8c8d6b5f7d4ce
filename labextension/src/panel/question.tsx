/** The question whether errors of a notebook may be told to somebody: a part of the panel, and a banner in the notebook. */

import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import React from 'react';

import type { IQuestion } from '../tokens';

interface IProps {
  question: IQuestion;
  trans: TranslationBundle;
}

export function Question({ question, trans }: IProps): React.JSX.Element {
  const { notebook, receivers, waiting } = question;
  return (
    <section className="jp-ErrReport-question" aria-label={trans.__('A question about %1', notebook)}>
      <p>
        {trans.__('May errors of %1 be told to %2? Nothing has left so far.', notebook, receivers.join(', '))}
        {waiting > 0 && ` ${trans._n('%1 error waits for your answer.', '%1 errors wait for your answer.', waiting)}`}
      </p>
      <div>
        <button className="jp-mod-styled jp-mod-accept" onClick={() => question.answer(true)}>
          {trans.__('Yes, tell them')}
        </button>
        <button className="jp-mod-styled" onClick={() => question.answer(false)}>
          {trans.__('No')}
        </button>
      </div>
    </section>
  );
}

/** The same above the cells of a notebook. */
export class QuestionWidget extends ReactWidget {
  constructor(
    private readonly _question: IQuestion,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-ErrReport-banner');
  }

  protected render(): React.JSX.Element {
    return <Question question={this._question} trans={this._trans} />;
  }
}
