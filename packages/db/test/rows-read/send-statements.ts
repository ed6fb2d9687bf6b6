import { randomUUID } from 'node:crypto';
import { newId, type Wanted } from '@postroom/core';
import * as db from '../../src/index.ts';
import { aNewSend } from '../a-send.ts';
import { addresses, each, limit, one, type Run, type Statements, why } from './statement.ts';
import { asked, size, type World } from './world.ts';

const jobs = (world: World) =>
  world.ids('send').map((sendId) => ({
    sendId,
    workspaceId: world.workspaceId,
    epoch: 0,
    lane: 'transactional' as const,
  }));
const empty: Wanted = {
  templateIds: [],
  senderIds: [],
  fromKeys: [],
  groupIds: [],
  profileIds: [],
  externalIds: [],
  emailKeys: [],
};
const lookUp = (wanted: (world: World) => Partial<Wanted>): Run => {
  return (prisma, world) =>
    db.createDirectory(prisma).lookUp(world.workspaceId, { ...empty, ...wanted(world) });
};
const list =
  (filter: (world: World) => db.SendsFilter): Run =>
  (prisma, world) =>
    new db.SendReadStore(prisma).list(world.owner, { filter: filter(world), limit });

const reportBounces = (prisma: db.PrismaClient, world: World) =>
  db.recordEvents(
    prisma,
    world.ids('send').map((sendId) => ({
      sourceId: randomUUID(),
      type: 'bounce' as const,
      sendId,
      attempt: 1,
      providerMessageId: 'm',
      occurredAt: new Date(),
      isPermanentBounce: true,
      recipients: [],
      detail: {},
    })),
  );

/** What is done with sends: the hot path. */
export const sendStatements: Statements = {
  'deliver/claim-sends.ts claimOnce': each(20, (prisma, world) =>
    db.claimSends(
      prisma,
      world.ids('send').map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() })),
      { leaseMs: 60_000, worker: 'test' },
    ),
  ),
  'deliver/record-attempts.ts recordAttempts': each(6, async (prisma, world) => {
    const sends = await prisma.emailSend.findMany({
      where: { id: { in: [...world.ids('send')] } },
      select: { id: true, leaseToken: true },
    });
    const known = sends.length > 0 ? sends : world.ids('send').map((id) => ({ id, leaseToken: null }));
    await db.recordAttempts(
      prisma,
      known.map(({ id, leaseToken }) => ({
        sendId: id,
        leaseToken: leaseToken ?? randomUUID(),
        attempt: 1,
        result: { kind: 'sent', providerMessageId: 'm', subject: null },
      })),
      { inDoubtWindowMs: 60_000 },
    );
  }),
  'deliver/settle-sends.ts settleByEvents': each(6, (prisma, world) =>
    db.settleByEvents(prisma, world.ids('send')),
  ),
  'deliver/event-store.ts recordEvents': each(8, reportBounces),
  'deliver/event-subject.ts findSubjects': each(8, reportBounces),
  'accept/send-store.ts insertMany': why('a transaction around its groups'),
  'accept/send-store.ts insertGroup': each(4, async (prisma, world) => {
    const batch = { id: newId(), ...world.owner, dialect: 'items' as const, total: asked, rejected: 0 };
    const sends = world.keys('new-').map((key) => aNewSend({ idempotencyKey: key + randomUUID() }));
    await db.createSendStore(prisma).insertMany(batch, sends);
  }),
  'accept/send-store.ts sweepSoon': each(3, (prisma, world) =>
    db.createSendStore(prisma).sweepSoon(world.ids('send')),
  ),
  'accept/send-store.ts findByKeys': each(3, (prisma, world) =>
    db.createSendStore(prisma).findByKeys(world.owner, world.keys('key-')),
  ),
  'accept/send-store.ts findByStoredKeys': why('held by findByKeys'),
  'read/send-read-store.ts find': one(3, (prisma, world) =>
    new db.SendReadStore(prisma).find({ ...world.owner, id: world.id('send') }),
  ),
  'deliver/sweep-sends.ts takeOverdueQueued': one(3 * limit, (prisma) =>
    db.takeOverdueQueued(prisma, { limit, lookAgainMs: 60_000 }),
  ),
  'deliver/sweep-sends.ts raiseEpochs': each(3, (prisma, world) => db.raiseEpochs(prisma, jobs(world))),
  'deliver/sweep-sends.ts lookAtAgain': each(3, (prisma, world) => db.lookAtAgain(prisma, jobs(world))),
  'deliver/sweep-sends.ts distrustQueue': why(
    'reads every queued send, page by page, after Redis lost all jobs',
  ),
  // Those that are in doubt and due are passed over, until the next statement has ended them.
  'deliver/sweep-sends.ts expireLeases': one(6 * limit + size / 100, (prisma) =>
    db.expireLeases(prisma, { limit, inDoubtWindowMs: 60_000 }),
  ),
  'deliver/sweep-sends.ts resolveDoubts': one(6 * limit + size / 100, (prisma) =>
    db.resolveDoubts(prisma, {
      limit,
      maxAttempts: 8,
      policies: { transactional: 'resend', marketing: 'hold' },
    }),
  ),
  'deliver/sweep-sends.ts findProvenDoubts': why(
    'passes over what is in doubt and due, which resolveDoubts takes away',
  ),
  'accept/directory.ts findTemplates': each(
    3,
    lookUp((world) => ({ templateIds: world.ids('template') })),
  ),
  'accept/directory.ts findSenders': [
    each(
      3,
      lookUp((world) => ({ senderIds: world.ids('sender') })),
    ),
    each(
      4,
      lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
    ),
  ],
  'accept/directory.ts findVerifiedDomains': each(
    4,
    lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
  ),
  'accept/directory.ts findGroupIds': each(
    2,
    lookUp((world) => ({ groupIds: world.ids('group') })),
  ),
  'accept/directory.ts findProfiles': [
    each(
      2,
      lookUp((world) => ({ profileIds: world.ids('profile') })),
    ),
    each(
      2,
      lookUp((world) => ({ externalIds: world.keys('external-') })),
    ),
    each(
      2,
      lookUp((world) => ({ emailKeys: addresses(world) })),
    ),
    each(
      6,
      lookUp((world) => ({ profileIds: world.ids('profile'), emailKeys: addresses(world) })),
    ),
  ],
  'accept/directory.ts ensureProfiles': each(4, (prisma, world) =>
    db.createDirectory(prisma).ensureProfiles(
      world.workspaceId,
      addresses(world).map((email) => ({
        id: newId(),
        externalId: null,
        email,
        emailKey: `n-${randomUUID()}`,
      })),
    ),
  ),
  'accept/directory.ts ensureMarketingGroup': one(2, (prisma, world) =>
    db.createDirectory(prisma).ensureMarketingGroup(world.workspaceId),
  ),
  'accept/directory.ts findProfileContexts': each(2, (prisma, world) =>
    db.findProfileContexts(prisma, world.workspaceId, world.ids('profile')),
  ),
  'accept/content-store.ts findLiterals': each(4, (prisma, world) =>
    db.createContentStore(prisma).ensureLiterals(
      world.workspaceId,
      world.keys('x').map((text) => ({ html: null, text })),
    ),
  ),
  'accept/content-store.ts ensureLiterals': why('held by findLiterals; it inserts'),
  'accept/content-store.ts ensureAttachments': each(4, (prisma, world) =>
    db.createContentStore(prisma).ensureAttachments(
      world.workspaceId,
      world.keys('0').map((key) => ({
        hash: Buffer.from(key.padEnd(32, 'x').slice(0, 32)).toString('hex'),
        content: new Uint8Array(4),
      })),
    ),
  ),
  'accept/content-store.ts noteWanted': why('held by ensureAttachments'),
  'deliver/delivery-store.ts findAttachment': one(2, (prisma, world) =>
    db.findAttachment(prisma, world.workspaceId, 'aa'.repeat(32)).catch(() => null),
  ),
  'deliver/delivery-store.ts findSnapshot': one(2, (prisma, world) =>
    db.findSnapshot(prisma, world.id('snapshot')).catch(() => null),
  ),
  'deliver/delivery-store.ts flagSender': one(3, (prisma, world) =>
    db.flagSender(prisma, world.id('sender'), 'refused'),
  ),
  'deliver/delivery-store.ts countBacklog': why('counts what is not finished, for the metrics'),
  'read/send-read-store.ts findBatch': one(420, (prisma, world) =>
    new db.SendReadStore(prisma).findBatch({ ...world.owner, id: world.id('batch') }),
  ),
  'change/send-change-store.ts changeSend': one(4, (prisma, world) =>
    new db.SendChangeStore(prisma).reschedule({ ...world.owner, id: world.id('send') }, new Date()),
  ),
  'change/send-change-store.ts cancelBatch': one(420, (prisma, world) =>
    new db.SendChangeStore(prisma).cancelBatch({ ...world.owner, id: world.id('batch', 2) }),
  ),
  'change/send-change-store.ts findForRetry': one(3, (prisma, world) =>
    new db.SendChangeStore(prisma).findForRetry({ ...world.owner, id: world.id('send') }),
  ),
  'read/send-read-store.ts list': [
    one(
      4 * (limit + 1) * 7,
      list(() => ({})),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ statuses: ['Queued'] })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ statuses: ['Failed'] })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ tag: 'news' })),
    ),
    one(
      4 * (limit + 1),
      list((world) => ({ batchId: world.id('batch') })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ createdBefore: new Date(0) })),
    ),
  ],
  'read/find-ids.ts takeStride': why(
    'walks and looks up as many ids as its stride is long; the lists hold its parts',
  ),
  'read/plan-search.ts findOverlap': why('a step down an index per source'),
  'read/plan-search.ts sparsestFirst': why('reads 1,000 ids of each source'),
  'read/send-read-store.ts countOne': one(4 * size, (prisma, world) =>
    new db.SendReadStore(prisma).count(world.owner, { statuses: ['Queued'] }),
  ),
  'read/send-read-store.ts estimate': why('a plan, which is not run'),
  'read/send-read-store.ts findHistory': one(8, (prisma, world) =>
    new db.SendReadStore(prisma).findHistory({ ...world.owner, id: world.id('send') }),
  ),
};
