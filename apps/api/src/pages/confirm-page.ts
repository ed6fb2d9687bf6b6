import type { AskingSend } from '@postroom/core';
import { assertNever } from '@postroom/core';
import { html } from './html.ts';
import { maskAddress } from './mask-address.ts';
import type { Page } from './unsubscribe-page.ts';

/** How things stand with the one whom a mail asked to confirm, with a button if they have not. Shows no full address. */
export function confirmPage({ state, groupName, from, to }: AskingSend): Page {
  const group = html`<strong><bdi>${groupName}</bdi></strong>`;
  const sender = html`<bdi>${from.name ?? from.email}</bdi>`;
  const recipient = html`<bdi>${maskAddress(to)}</bdi>`;
  switch (state) {
    case 'pending':
      return {
        title: 'Confirm your subscription',
        body: html`<p>${recipient} is to get ${group} from ${sender}.</p>
<form method="post" action="confirm"><button>Confirm</button></form>
<p class="faint after">Did you not ask for it? Then do nothing, and none of it will come.</p>`,
      };
    case 'subscribed':
      return {
        title: 'You are subscribed',
        body: html`<p>${recipient} gets ${group} from ${sender}. You can close this page.</p>`,
      };
    case 'closed':
      return {
        title: 'This link does not work any more',
        body: html`<p>It was not used in time, or ${recipient} was unsubscribed from ${group} meanwhile. To get it, subscribe
again and take the link of the new mail.</p>`,
      };
    default:
      return assertNever(state);
  }
}
