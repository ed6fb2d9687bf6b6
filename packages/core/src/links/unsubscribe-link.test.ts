import { expect, test } from '@jest/globals';
import { newId } from '../new-id.ts';
import { makeLinkToken } from './link-token.ts';
import { type PreferenceDeps, savePreferences } from './preferences.ts';
import { type LinkedSend, subscribeByLink } from './unsubscribe-link.ts';

const secret = Buffer.alloc(32, 7);
const send: LinkedSend = {
  id: newId(),
  workspaceId: newId(),
  groupName: 'News',
  from: { email: 'hello@acme.test', name: null },
  to: 'ada@example.com',
  place: 0,
  isSubscribed: true,
  isSimulated: false,
};

/** A send that is found, and of which nothing is left when it comes to its recipient. */
const deps: PreferenceDeps = {
  links: { find: async () => ({ send, linkSecrets: [secret] }), subscribe: async () => null },
  preferences: { others: async () => ({ groups: [], isCut: false }), save: async () => null },
};

test('the link of a send that is erased meanwhile is none, whatever it is followed for', async () => {
  const token = makeLinkToken('unsubscribe', secret, send.id);
  expect(await subscribeByLink(deps, token, false)).toBeNull();
  expect(await savePreferences(deps, token, [{ groupId: newId(), isSubscribed: false }])).toBeNull();
});
