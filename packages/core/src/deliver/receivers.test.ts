import { describe, expect, test } from '@jest/globals';
import { aClaimedSend } from '../../test/a-claimed-send.ts';
import type { ClaimedSend } from './claim.ts';
import { droppedCopies, firstReceiver, isForAnybody, receiversOf } from './receivers.ts';

const address = (name: string) => ({ email: `${name}@example.com`, name: null });
const places = { to: 'first', 'to[1]': 'second', 'cc[0]': 'copy', bcc: 'blind' } as const;
type Name = (typeof places)[keyof typeof places];

/** A send to four people, some of whom refuse it, as the claim tells it. */
function sendWithout(
  refused: readonly Name[],
  { isSuppressed = true, ...overrides }: Partial<ClaimedSend> & { readonly isSuppressed?: boolean } = {},
): ClaimedSend {
  const isPrimary = refused.includes('first');
  const copies = refused.filter((name) => name !== 'first').map((name) => address(name).email);
  return aClaimedSend({
    dialect: 'emails',
    to: address('first'),
    toOthers: [address('second')],
    cc: [address('copy')],
    bcc: [address('blind')],
    consent: {
      isSuppressed: isPrimary && isSuppressed,
      isUnsubscribed: isPrimary && !isSuppressed,
      refusedCopies: copies,
      suppressedCopies: isSuppressed ? copies : [],
    },
    ...overrides,
  });
}

const namesOf = (send: ClaimedSend): readonly string[] => {
  const { to, cc, bcc } = receiversOf(send);
  return [...to, ...cc, ...bcc].map(({ email }) => email.replace('@example.com', ''));
};

describe.each([
  ['suppressed', true],
  ['unsubscribed', false],
] as const)('who is %s', (reason, isSuppressed) => {
  test.each(Object.entries(places))('as %s is left out and noted, and the others get it', (place, name) => {
    const send = sendWithout([name], { isSuppressed });
    expect(namesOf(send)).toEqual(Object.values(places).filter((one) => one !== name));
    expect(droppedCopies(send)).toEqual([{ recipient: place, reason }]);
    expect(isForAnybody(send)).toBe(true);
    expect(firstReceiver(send).place).toBe(name === 'first' ? 1 : 0);
  });
});

describe('a send of which nobody in `to` is left', () => {
  const to: readonly Name[] = ['first', 'second'];

  test('is for nobody if it was made of a template, whoever had copies', () => {
    expect(isForAnybody(sendWithout(to, { dialect: 'items' }))).toBe(false);
    expect(isForAnybody(sendWithout(['first'], { dialect: 'items' }))).toBe(true);
  });

  test('is for those who have copies if it is an email, and theirs is its link', () => {
    const send = sendWithout(to, { subscriptionGroupId: 'group' });
    expect([isForAnybody(send), firstReceiver(send)]).toEqual([
      true,
      { place: 2, email: 'copy@example.com' },
    ]);
  });

  test('is for blind copies alone if it has no link that would be that of one of them', () => {
    const copied = sendWithout([...to, 'copy']);
    expect(isForAnybody(copied)).toBe(true);
    expect(isForAnybody({ ...copied, subscriptionGroupId: 'group' })).toBe(false);
    expect(isForAnybody(sendWithout(Object.values(places)))).toBe(false);
  });
});
