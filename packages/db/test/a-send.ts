import { randomBytes } from 'node:crypto';
import { type NewSend, newId } from '@postroom/core';
import { type Database, SendStore, WorkspaceStore } from '../src/index.ts';

/** A queued send, not yet written. */
export function aNewSend(overrides: Partial<NewSend> = {}): NewSend {
  const id = newId();
  return {
    id,
    messageId: newId(),
    dialect: 'items',
    lane: 'transactional',
    status: 'Queued',
    failure: null,
    simulated: false,
    idempotencyKey: id,
    fingerprint: randomBytes(32).toString('hex'),
    templateId: newId(),
    snapshotId: newId(),
    senderProfileId: null,
    configurationSet: null,
    accountId: null,
    from: { email: 'hello@acme.test', name: null },
    replyTo: null,
    subject: null,
    subscriptionGroupId: null,
    profileId: null,
    to: { email: 'ada@example.com', name: null },
    toOthers: [],
    cc: [],
    bcc: [],
    data: null,
    headers: [],
    attachments: [],
    tags: [],
    scheduledAt: null,
    confirmsGroupId: null,
    trackClicks: false,
    trackOpens: false,
    trackText: false,
    trackingHost: null,
    ...overrides,
  };
}

/** Writes one queued send of a template of its own and answers its id. */
export async function aQueuedSend(
  database: Pick<Database, 'prisma' | 'sql'>,
  overrides: Partial<NewSend> = {},
): Promise<string> {
  const { prisma } = database;
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const snapshot = await prisma.templateSnapshot.create({
    data: {
      id: newId(),
      workspaceId,
      kind: 'template',
      contentHash: new Uint8Array(randomBytes(32)),
      subject: 'Hello',
      html: '<p>Hello</p>',
    },
  });
  const send = aNewSend({ snapshotId: snapshot.id, ...overrides });
  const owner = { workspaceId, isSimulated: send.simulated };
  const batch = { ...owner, id: newId(), dialect: send.dialect, total: 1, rejected: 0 };
  await new SendStore(database).insertMany([{ batch, sends: [send] }]);
  return send.id;
}
