import type { GroupWish, LinkedSend, Preferences } from '@postroom/core';
import { type Html, html } from './html.ts';
import { maskAddress } from './mask-address.ts';
import { changesOf, preferenceForm } from './preference-form.ts';

export type Page = { readonly title: string; readonly body: Html };

/** Where the buttons lead, relative to the page, so that any path may stand before it. */
export type LinkPaths = {
  readonly unsubscribe: string;
  readonly resubscribe: string;
  readonly preferences: string;
};

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

const ownPage = (send: LinkedSend, paths: LinkPaths, moment: Moment): Page =>
  send.isSubscribed ? subscribedPage(send, paths, moment) : unsubscribedPage(send, paths);

/**
 * How things stand with the recipient of a send: its group with a button to change that, and below it the other groups, with a
 * switch each. Shows no full address of theirs.
 */
export function unsubscribePage(shown: Preferences, paths: LinkPaths, moment: Moment): Page {
  const { title, body } = ownPage(shown.send, paths, moment);
  return { title, body: html`${body}${preferenceForm(shown, paths.preferences)}` };
}

/** The same after the choices of the form were kept: first what has changed. */
export function savedPage(shown: Preferences, paths: LinkPaths, changes: readonly GroupWish[]): Page {
  const { body } = unsubscribePage(shown, paths, 'opened');
  const saved = changesOf(shown.groups, changes);
  return { title: 'Your choices are saved', body: html`<div role="status">${saved}</div><hr>${body}` };
}

/** Said of every link that is not one, whatever is wrong with it. */
export const brokenLinkPage: Page = {
  title: 'This link does not work',
  body: html`<p>Part of it may be missing, or the email that it came in is no longer kept. Open the link in the email
again, or take one from a newer email.</p>`,
};
