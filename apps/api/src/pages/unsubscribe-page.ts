import type { LinkedSend } from '@postroom/core';
import { type Html, html } from './html.ts';
import { maskAddress } from './mask-address.ts';

export type Page = { readonly title: string; readonly body: Html };

/** Where the buttons lead, relative to the page, so that any path may stand before it. */
export type LinkPaths = { readonly unsubscribe: string; readonly resubscribe: string };

/** What a page is shown after: the link was opened, or a button was pressed. */
export type Moment = 'opened' | 'decided';

const named = (text: string) => html`<strong><bdi>${text}</bdi></strong>`;
const addressed = (text: string) => html`<bdi>${text}</bdi>`;

function sender({ from }: LinkedSend): Html {
  return from.name === null
    ? addressed(from.email)
    : html`<bdi>${from.name}</bdi> (${addressed(from.email)})`;
}

function subscribedPage(send: LinkedSend, paths: LinkPaths, moment: Moment): Page {
  const recipient = addressed(maskAddress(send.to));
  return {
    title: moment === 'opened' ? 'Unsubscribe?' : 'You are subscribed again',
    body: html`<p>${recipient} gets ${named(send.groupName)} from ${sender(send)}.</p>
<form method="post" action="${paths.unsubscribe}"><button>Unsubscribe</button></form>`,
  };
}

function unsubscribedPage(send: LinkedSend, paths: LinkPaths): Page {
  const recipient = addressed(maskAddress(send.to));
  return {
    title: 'You are unsubscribed',
    body: html`<p>${recipient} gets no more ${named(send.groupName)} from ${sender(send)}.</p>
<p class="faint">Mail that is on its way already may still arrive. You can close this page.</p>
<form method="post" action="${paths.resubscribe}"><button class="quiet">Subscribe again</button></form>`,
  };
}

/** How things stand with the recipient of a send, with a button to change it. Shows no full address of theirs. */
export const unsubscribePage = (send: LinkedSend, paths: LinkPaths, moment: Moment): Page =>
  send.isSubscribed ? subscribedPage(send, paths, moment) : unsubscribedPage(send, paths);

/** Said of every link that is not one, whatever is wrong with it. */
export const brokenLinkPage: Page = {
  title: 'This link does not work',
  body: html`<p>Part of it may be missing, or the email that it came in is no longer kept. Open the link in the email
again, or take one from a newer email.</p>`,
};
