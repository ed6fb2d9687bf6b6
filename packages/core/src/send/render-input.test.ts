import { describe, expect, test } from '@jest/globals';
import { aClaimedSend } from '../../test/a-claimed-send.ts';
import { nameWarnings, renderInputOf } from './render-input.ts';

const link = 'https://mail.acme.test/u/abc';
const sender = { email: 'hello@acme.test', name: null };
const profile = { email: 'ada@example.com' };

describe('the data of an item comes first, and what the pipeline provides has names of its own', () => {
  test.each([
    ['a sender that is text', { sender: 'Alice' }],
    ['a profile of another kind', { profile: { plan: 'Pro' } }],
    ['a number for a message', { messageId: 77 }],
    ['a link of its own', { unsubscribeUrl: 'https://example.com/own' }],
    ['a value that is null', { sender: null, profile: null }],
    ['one that is empty, zero or false', { sender: '', messageId: 0, unsubscribeUrl: false }],
    ['all of them', { sender: ['a'], profile: 'p', messageId: 'm', unsubscribeUrl: {} }],
  ])('%s', (_what, data) => {
    const { context, provided } = renderInputOf(aClaimedSend({ data }), {
      unsubscribeUrl: link,
      confirmUrl: null,
    });
    expect(context).toMatchObject(data);
    expect(provided).toEqual({ sender, profile, messageId: 'message', unsubscribeUrl: link });
    expect(
      nameWarnings(data)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(
      Object.keys(data)
        .map((name) => `data.${name}`)
        .sort(),
    );
  });

  test('names that the data leaves free are filled as they always were', () => {
    const { context } = renderInputOf(aClaimedSend({ data: { name: 'Ada' } }), {
      unsubscribeUrl: link,
      confirmUrl: null,
    });
    expect(context).toEqual({ name: 'Ada', sender, profile, messageId: 'message', unsubscribeUrl: link });
    expect(nameWarnings({ name: 'Ada', user: { sender: 'x' } })).toEqual([]);
  });

  test('a send without a link has none under either name', () => {
    const { context, provided } = renderInputOf(aClaimedSend(), { unsubscribeUrl: null, confirmUrl: null });
    expect(context).not.toHaveProperty('unsubscribeUrl');
    expect(provided).not.toHaveProperty('unsubscribeUrl');
    expect(provided).not.toHaveProperty('confirmUrl');
  });

  test('a link to confirm is there with `@` alone: no name of the data was ever taken for it', () => {
    const { context, provided } = renderInputOf(aClaimedSend(), { unsubscribeUrl: null, confirmUrl: link });
    expect(provided.confirmUrl).toBe(link);
    expect(context).not.toHaveProperty('confirmUrl');
  });
});
