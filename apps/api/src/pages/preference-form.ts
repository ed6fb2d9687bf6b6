import type { GroupWish, OtherGroup, Preferences } from '@postroom/core';
import { type Html, html } from './html.ts';
import { maskAddress } from './mask-address.ts';

/** The fields of the form: each group with how it was shown, and those that are switched on. */
const names = { shown: 'shown', on: 'on' } as const;

const shownAs = ({ id, isSubscribed }: OtherGroup) => `${isSubscribed ? 'on' : 'off'}:${id}`;

const shownPattern = /^(on|off):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * What a form asks for: the groups whose switch is not as it was shown. The rest is left alone, so that a page that was open
 * for long takes back nothing that was said elsewhere meanwhile.
 */
export function wishesOf(form: URLSearchParams): readonly GroupWish[] {
  const on = new Set(form.getAll(names.on));
  return form.getAll(names.shown).flatMap((text) => {
    const [, state, groupId] = shownPattern.exec(text) ?? [];
    if (groupId === undefined) return [];
    const isSubscribed = on.has(groupId);
    return isSubscribed === (state === 'on') ? [] : [{ groupId, isSubscribed }];
  });
}

const switchOf = (group: OtherGroup): Html => html`<li>
<input type="hidden" name="${names.shown}" value="${shownAs(group)}">
<label><input type="checkbox" role="switch" name="${names.on}" value="${group.id}"${
  group.isSubscribed ? html` checked` : null
}> <bdi>${group.name}</bdi></label>
</li>
`;

/** The other groups with a switch each, in one form; null where there are none. It needs no script. */
export function preferenceForm({ send, groups, isCut }: Preferences, action: string): Html | null {
  if (groups.length === 0) return null;
  const cut = html`<p class="faint">There are more, which are not shown here.</p>`;
  // Firefox would keep what was switched before a page was loaded again.
  return html`<form class="choices" method="post" action="${action}" autocomplete="off">
<fieldset>
<legend>Other mail to <bdi>${maskAddress(send.to)}</bdi></legend>
<ul>
${groups.map(switchOf)}</ul>
</fieldset>
${isCut ? cut : null}<button class="quiet">Save choices</button>
</form>`;
}

/** What of the choices has changed, in words. */
export function changesOf(groups: readonly OtherGroup[], changes: readonly GroupWish[]): Html {
  const wished = new Map(changes.map(({ groupId, isSubscribed }) => [groupId, isSubscribed]));
  const listed = (isSubscribed: boolean, title: string) => {
    const of = groups.filter(({ id }) => wished.get(id) === isSubscribed);
    if (of.length === 0) return null;
    return html`<p>${title}</p>
<ul>${of.map(({ name }) => html`<li><bdi>${name}</bdi></li>`)}</ul>
`;
  };
  if (wished.size === 0) return html`<p>Nothing has changed.</p>`;
  return html`${listed(false, 'No longer sent:')}${listed(true, 'Sent from now on:')}`;
}
