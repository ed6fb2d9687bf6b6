import { html } from './html.ts';
import type { Page } from './unsubscribe-page.ts';

/** Said of every link that leads nowhere, whatever is wrong with it. */
export const brokenLinkPage: Page = {
  title: 'This link does not work',
  body: html`<p>Part of it may be missing, or it is too old. Open the link in the email again, or take one from a newer
email.</p>`,
};

/** Said where it cannot be known just now where a link leads. */
export const busyLinkPage: Page = {
  title: 'Try again in a moment',
  body: html`<p>It cannot be found out just now where this link leads.</p>`,
};
