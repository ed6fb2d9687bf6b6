import { expect, test } from '@jest/globals';
import { emailRequestSchema } from '@postroom/contracts';
import { directory, recorder, sender } from '../../test/accept-recorder.ts';
import { anEmail, anItem, changesOf, emailChanges, id, itemChanges } from '../../test/field-changes.ts';
import type { NewSend, StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { acceptEmailsBatch } from './accept-emails-batch.ts';
import { acceptItemsBatch } from './accept-items-batch.ts';

const owner = { workspaceId: 'workspace', isSimulated: false };

async function writtenOfItem(change: object): Promise<string> {
  const { deps, written } = recorder();
  const item = { ...anItem, ...change };
  const { items } = await acceptItemsBatch(deps, { ...owner, items: [item], defaults: {} });
  expect(items).toMatchObject([{ kind: 'accepted' }]);
  return JSON.stringify(written);
}

async function writtenOfEmail(change: object): Promise<string> {
  const { deps, written } = recorder();
  const email = emailRequestSchema.parse({ ...anEmail, ...change });
  await acceptEmailsBatch(deps, { ...owner, emails: [email], idempotencyHeader: null });
  return JSON.stringify(written);
}

test.each([
  ['an item', itemChanges, writtenOfItem],
  ['an email', emailChanges, writtenOfEmail],
] as const)(
  'every field of %s changes what is written, each in its own way',
  async (_what, changes, write) => {
    const all = await Promise.all([{}, ...changesOf(changes)].map(write));
    expect(new Set(all).size).toBe(all.length);
  },
);

/** Ports where others take every key between the look-up and the insert, for sends that are the same but of another sender profile. */
function overtaken(from: string) {
  const { deps } = recorder();
  const theirs = new Map<string, StoredSend>();
  const asTheirs = (send: NewSend): StoredSend => ({
    ...send,
    id: 'theirs',
    senderProfileId: id(9),
    batchId: null,
    delivery: null,
    renderedSubject: null,
    snapshotSubject: '',
    providerMessageId: null,
    failureMessage: null,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    contentRemovedAt: null,
  });
  const ours = sender(id(2), from);
  const limited: AcceptBatchDeps = {
    ...deps,
    sends: {
      ...deps.sends,
      findByKeys: async () => new Map(theirs),
      insertMany: async (batches) => {
        const sends = batches.flatMap((batch) => batch.sends);
        for (const send of sends) {
          if (send.idempotencyKey !== null) theirs.set(send.idempotencyKey, asTheirs(send));
        }
        const made = sends.filter(({ idempotencyKey }) => idempotencyKey === null);
        return new Map(made.map((send) => [send.id, new Date(0)]));
      },
    },
    directory: {
      ...deps.directory,
      lookUp: async () => ({
        ...directory,
        sendersByFromKey: new Map([[ours.fromKey, ours]]),
        allowedSenderIds: new Set([ours.id]),
      }),
    },
  };
  return { deps: limited, limited: { ...owner, senderProfileIds: [ours.id] } };
}

test('a limited key that comes second to an idempotency key is shown nothing of the send of another sender', async () => {
  const email = emailRequestSchema.parse({ ...anEmail, idempotency_key: 'k' });
  const { deps, limited } = overtaken(email.from.email);
  const item = { ...anItem, senderProfileId: id(2) };
  const { items } = await acceptItemsBatch(deps, { ...limited, items: [item], defaults: {} });
  expect(items).toMatchObject([{ kind: 'rejected', code: 'sender_not_allowed' }]);
  const again = overtaken(email.from.email);
  const input = { ...again.limited, emails: [email], idempotencyHeader: null };
  const { sends, made } = await acceptEmailsBatch(again.deps, input);
  expect(sends).toMatchObject([{ senderProfileId: null, failure: { failureClass: 'sender_not_allowed' } }]);
  expect(made).toBe(1);
  // To a key without a limit it is the same email, which was there first.
  const whole = overtaken(email.from.email);
  const found = await acceptEmailsBatch(whole.deps, { ...input, senderProfileIds: null });
  expect(found).toMatchObject({ sends: [{ id: 'theirs' }], made: 0 });
});
