import { createPace, type RewriteLinks } from '@postroom/core';
import { rewriteHtml } from './rewrite-links.ts';
import { rewriteText } from './rewrite-text.ts';

/** Runs work that is done in steps, with turns for others between them. */
async function inTurns<Result>(steps: Generator<void, Result>, pace: () => Promise<void>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await pace();
  }
}

/** Puts tracked links in the place of a message's own; a large message gives others their turns. */
export const rewriteLinks: RewriteLinks = async ({ subject, html, text }, tracking) => {
  const pace = createPace();
  const { urlOf, isInText } = tracking;
  return {
    subject,
    html: html === null ? null : await inTurns(rewriteHtml(html, tracking), pace),
    text: text === null || urlOf === null || !isInText ? text : await inTurns(rewriteText(text, urlOf), pace),
  };
};
