import { describe, expect, test } from '@jest/globals';
import { aClaimedSend } from '../../test/a-claimed-send.ts';
import { buildMessage } from './build-message.ts';
import type { ClaimedSend } from './claim.ts';
import { droppedCopies } from './receivers.ts';

const address = (email: string) => ({ email, name: null });

const content = { subject: 'Hello', html: '<p>Hello</p>', text: null };
const build = (send: ClaimedSend, unsubscribeUrl: string | null = null) =>
  buildMessage(send, { content, attachments: [], unsubscribeUrl });

describe('the message of a send', () => {
  test('has the two headers of RFC 8058 after its own, when it can be unsubscribed from', () => {
    const headers = [{ name: 'X-Campaign', value: 'spring' }];
    expect(build(aClaimedSend({ headers }), 'https://mail.acme.test/u/abc').headers).toEqual([
      { name: 'X-Campaign', value: 'spring' },
      { name: 'List-Unsubscribe', value: '<https://mail.acme.test/u/abc>' },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ]);
  });

  test('has no name twice, in any case: the link to leave wins over one of its own', () => {
    const headers = [
      { name: 'list-unsubscribe', value: '<https://acme.test/u>' },
      { name: 'LIST-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      { name: 'X-A', value: '1' },
      { name: 'x-a', value: '2' },
    ];
    const message = build(aClaimedSend({ lane: 'marketing', headers }), 'https://mail.acme.test/u/abc');
    expect(message.headers).toEqual([
      { name: 'X-A', value: '1' },
      { name: 'List-Unsubscribe', value: '<https://mail.acme.test/u/abc>' },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
      { name: 'Precedence', value: 'bulk' },
      { name: 'Auto-Submitted', value: 'auto-generated' },
    ]);
  });

  test('has none of them otherwise', () => {
    expect(build(aClaimedSend()).headers).toEqual([]);
  });

  test('says that it is bulk and made by a machine if it is marketing, unless it says something else of itself', () => {
    const bulk = [
      { name: 'Precedence', value: 'bulk' },
      { name: 'Auto-Submitted', value: 'auto-generated' },
    ];
    expect(build(aClaimedSend({ lane: 'marketing' })).headers).toEqual(bulk);
    const own = [
      { name: 'precedence', value: 'list' },
      { name: 'AUTO-SUBMITTED', value: 'no' },
    ];
    expect(build(aClaimedSend({ lane: 'marketing', headers: own })).headers).toEqual(own);
    expect(build(aClaimedSend({ lane: 'marketing', headers: own.slice(0, 1) })).headers).toEqual([
      ...own.slice(0, 1),
      ...bulk.slice(1),
    ]);
  });

  test('goes to nobody in the place of who was erased, which no attempt tells of either', () => {
    const erased = address('erased@erased.invalid');
    const send = aClaimedSend({
      toOthers: [erased, address('b@example.com')],
      cc: [address('c@example.com'), erased],
      bcc: [erased],
      consent: { isSuppressed: false, isUnsubscribed: false, refusedCopies: ['b@example.com'] },
    });
    const { to, cc, bcc } = build(send);
    expect([to, cc, bcc].map((list) => list.map(({ email }) => email))).toEqual([
      ['ada@example.com'],
      ['c@example.com'],
      [],
    ]);
    const refusedCopies = [erased.email, 'b@example.com'];
    const dropped = droppedCopies({ ...send, consent: { ...send.consent, refusedCopies } });
    expect(dropped).toEqual([{ recipient: 'to[2]', reason: 'unsubscribed' }]);
  });

  test('goes to no further recipient that refused it, however their address is written', () => {
    const send = aClaimedSend({
      toOthers: ['Gone@example.com', 'b@example.com'].map(address),
      cc: ['c@example.com', 'GONE@example.com'].map(address),
      bcc: ['gone@example.com'].map(address),
      consent: { isSuppressed: false, isUnsubscribed: false, refusedCopies: ['gone@example.com'] },
    });
    const { to, cc, bcc } = build(send);
    expect([to, cc, bcc].map((list) => list.map(({ email }) => email))).toEqual([
      ['ada@example.com', 'b@example.com'],
      ['c@example.com'],
      [],
    ]);
  });
});
