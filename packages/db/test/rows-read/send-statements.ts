import { randomUUID } from 'node:crypto';
import { newId, type Wanted } from '@postroom/core';
import * as db from '../../src/index.ts';
import { aNewSend } from '../a-send.ts';
import { addresses, each, eachAndSharing, limit, one, type Run, type Statements, why } from './statement.ts';
import { asked, size, type World } from './world.ts';

const jobs = (world: World) =>
  world.ids('send').map((sendId) => ({
    sendId,
    workspaceId: world.workspaceId,
    epoch: 0,
    accountId: null,
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
  newcomerKeys: [],
};
const live = ({ workspaceId }: World) => ({ workspaceId, isSimulated: false });
const lookUp = (wanted: (world: World) => Partial<Wanted>): Run => {
  return ({ sql }, world) => new db.DirectoryStore(sql).lookUp(live(world), { ...empty, ...wanted(world) });
};
const softBounces = { limit: 3, windowMs: 86_400_000, suppressMs: 86_400_000 };

const report =
  (type: 'bounce' | 'delivery' | 'send', bounceType: string): Run =>
  ({ sql }, world) =>
    new db.EventStore(sql, softBounces).record(
      world.ids('send').map((sendId) => ({
        sourceId: randomUUID(),
        type,
        sendId,
        attempt: 1,
        providerMessageId: 'm',
        occurredAt: new Date(),
        isPermanentBounce: type === 'bounce' ? bounceType === 'Permanent' : null,
        recipients: [],
        detail: { bounceType },
      })),
    );

/** What is done with sends: the hot path. */
export const sendStatements: Statements = {
  'deliver/claim-store.ts claimOnce': eachAndSharing(22, ({ sql }, world) =>
    new db.ClaimStore(sql).claim(
      world.ids('send').map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() })),
      { leaseMs: 60_000, worker: 'test' },
    ),
  ),
  'deliver/attempt-store.ts record': each(6, async ({ prisma, sql }, world) => {
    const sends = await prisma.emailSend.findMany({
      where: { id: { in: [...world.ids('send')] } },
      select: { id: true, leaseToken: true },
    });
    const known = sends.length > 0 ? sends : world.ids('send').map((id) => ({ id, leaseToken: null }));
    await new db.AttemptStore(sql).record(
      known.map(({ id, leaseToken }) => ({
        sendId: id,
        leaseToken: leaseToken ?? randomUUID(),
        attempt: 1,
        result: { kind: 'sent', providerMessageId: 'm', subject: null },
      })),
      { inDoubtWindowMs: 60_000 },
    );
  }),
  'deliver/attempt-store.ts giveBack': each(4, async ({ prisma, sql }, world) => {
    const sends = await prisma.emailSend.findMany({
      where: { id: { in: [...world.ids('send')] } },
      select: { id: true, leaseToken: true },
    });
    await new db.AttemptStore(sql).giveBack(
      sends.map(({ id, leaseToken }) => ({ sendId: id, leaseToken: leaseToken ?? randomUUID() })),
    );
  }),
  'deliver/attempt-store.ts begin': each(3, ({ sql }, world) =>
    new db.AttemptStore(sql).begin(
      world.ids('send').map((sendId) => ({ sendId, attempt: 1, leaseToken: randomUUID() })),
    ),
  ),
  // The batches of this world fit on a page, which is read for each.
  'deliver/trace-store.ts findOrigins': each(8, ({ sql }, world) =>
    new db.TraceStore(sql).findOrigins(world.ids('send')),
  ),
  'deliver/event-store.ts settle': each(6, ({ sql }, world) =>
    new db.EventStore(sql).settle(world.ids('send')),
  ),
  'deliver/event-store.ts write': [
    each(8, report('send', '')),
    each(9, report('delivery', '')),
    each(16, report('bounce', 'Permanent')),
    each(16, report('bounce', 'Transient')),
  ],
  'deliver/event-subject.ts findSubjects': why('held by what writes events, which begins with it'),
  'deliver/unmatched-events.ts keep': why('counts what is kept, which is bounded'),
  'deliver/unmatched-events.ts take': one(6 * limit, ({ sql }) => new db.EventStore(sql).matchLate(limit)),
  'deliver/unmatched-events.ts takeOf': each(1, ({ sql }, world) =>
    new db.EventStore(sql).takeOfNoSend(world.ids('send')),
  ),
  'deliver/unmatched-events.ts drop': why('held by what takes them, which ends with it'),
  'rates/rate-store.ts badStandings': why('reads what a workspace has counted in a day'),
  'rates/rate-store.ts standings': why('reads what a workspace has counted in a day'),
  'rates/rate-store.ts hours': why('reads what a workspace has counted in three days'),
  'rates/rate-store.ts pause': each(4, ({ prisma }, world) =>
    new db.RateStore(prisma).pause(
      world.keys('domain-').map((key) => ({
        workspaceId: world.workspaceId,
        scope: 'domain' as const,
        key: `${key}.own`,
        counts: { delivered: 1, bounced: 1, complained: 0 },
        resumedAt: null,
      })),
    ),
  ),
  'rates/rate-store.ts resume': why('an operator lifts a pause'),
  'rates/rate-store.ts suspects': one(4 * limit, ({ prisma }) =>
    new db.RateStore(prisma).suspects(null, limit),
  ),
  'rates/rate-store.ts countPaused': why('counts what is paused, for the metrics'),
  'tidy/tidy-store.ts endSuppressions': one(5 * 2 * 500, ({ prisma }) => new db.TidyStore(prisma).tidy()),
  'tidy/tidy-store.ts forgetCounts': why('held by endSuppressions, which is called with it'),
  'tidy/tidy-store.ts forgetSoftBounces': why('held by endSuppressions, which is called with it'),
  'tidy/tidy-store.ts forgetActions': why('held by endSuppressions, which is called with it'),
  'tidy/tidy-store.ts endSessions': why('held by endSuppressions, which is called with it'),
  'accept/send-store.ts insertMany': why('a transaction around its groups'),
  'accept/send-store.ts insertGroup': each(4, async (database, world) => {
    const batch = { id: newId(), ...world.owner, dialect: 'items' as const, total: asked, rejected: 0 };
    const sends = world.keys('new-').map((key) => aNewSend({ idempotencyKey: key + randomUUID() }));
    await new db.SendStore(database).insertMany([{ batch, sends }]);
  }),
  'accept/send-store.ts sweepSoon': each(3, (database, world) =>
    new db.SendStore(database).sweepSoon(world.ids('send')),
  ),
  'accept/send-store.ts findByKeys': each(3, (database, world) =>
    new db.SendStore(database).findByKeys(world.owner, world.keys('key-')),
  ),
  'accept/send-store.ts findByStoredKeys': why('held by findByKeys'),
  'read/send-read-store.ts wentTo': one(1, ({ prisma }, world) =>
    new db.SendReadStore(prisma).wentTo({ ...world.owner, id: world.id('send') }, ['nobody@example.com']),
  ),
  'read/send-read-store.ts find': one(3, ({ prisma }, world) =>
    new db.SendReadStore(prisma).find({ ...world.owner, id: world.id('send') }),
  ),
  'deliver/sweep-store.ts beginScheduled': one(3 * limit, ({ sql }) =>
    new db.SweepStore(sql).beginScheduled(limit),
  ),
  'deliver/sweep-store.ts findWaiting': [
    one(limit, ({ sql }) => new db.SweepStore(sql).findWaiting({ after: null, isWhole: false }, limit)),
    one(limit, ({ sql }, world) =>
      new db.SweepStore(sql).findWaiting(
        { after: { moment: '2020-01-01T00:00:00.000Z', id: world.id('send') }, isWhole: true },
        limit,
      ),
    ),
  ],
  'deliver/sweep-store.ts raiseEpochs': each(3, ({ sql }, world) =>
    new db.SweepStore(sql).raiseEpochs(jobs(world)),
  ),
  // Those that are in doubt and due are passed over, until the next statement has ended them.
  'deliver/sweep-store.ts expireLeases': one(7 * limit + size / 100, ({ sql }) =>
    new db.SweepStore(sql).expireLeases({ limit, inDoubtWindowMs: 60_000 }),
  ),
  'deliver/sweep-store.ts resolveDoubts': one(6 * limit + size / 100, ({ sql }) =>
    new db.SweepStore(sql).resolveDoubts({
      limit,
      maxAttempts: 8,
      policies: { transactional: 'resend', marketing: 'hold' },
    }),
  ),
  'deliver/sweep-store.ts findProvenDoubts': why(
    'passes over what is in doubt and due, which resolveDoubts takes away',
  ),
  'accept/directory-store.ts findTemplates': each(
    3,
    lookUp((world) => ({ templateIds: world.ids('template') })),
  ),
  'accept/directory-store.ts findSenders': [
    each(
      3,
      lookUp((world) => ({ senderIds: world.ids('sender') })),
    ),
    each(
      4,
      lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
    ),
  ],
  'accept/directory-store.ts findVerifiedDomains': each(
    4,
    lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
  ),
  'accept/directory-store.ts findGroupIds': each(
    2,
    lookUp((world) => ({ groupIds: world.ids('group') })),
  ),
  'accept/find-profiles.ts findProfiles': [
    each(
      2,
      lookUp((world) => ({ profileIds: world.ids('profile') })),
    ),
    each(
      2,
      lookUp((world) => ({ externalIds: world.keys('external-') })),
    ),
    eachAndSharing(
      2,
      lookUp((world) => ({ emailKeys: addresses(world) })),
    ),
    eachAndSharing(
      2,
      lookUp((world) => ({ newcomerKeys: addresses(world) })),
    ),
    eachAndSharing(
      6,
      lookUp((world) => ({ profileIds: world.ids('profile'), emailKeys: addresses(world) })),
    ),
  ],
  'accept/ensure-profiles.ts ensureProfiles': each(4, ({ sql }, world) =>
    new db.DirectoryStore(sql).ensureProfiles(
      live(world),
      addresses(world).map((email) => ({
        id: newId(),
        externalId: null,
        email,
        emailKey: `n-${randomUUID()}`,
      })),
    ),
  ),
  'accept/ensure-profiles.ts takeOver': each(12, async ({ prisma, sql }, world) => {
    const where = { id: { in: [...world.ids('profile')] } };
    const held = await prisma.profile.findMany({ where });
    await prisma.profile.updateMany({ where, data: { simulated: true } });
    const emailOf = (email: string | null) => ({ email: email ?? '', emailKey: email ?? '' });
    await new db.DirectoryStore(sql).ensureProfiles(
      live(world),
      held.map(({ externalId, email }) => ({ id: newId(), externalId, ...emailOf(email) })),
    );
  }),
  'accept/directory-store.ts findMarketingGroup': one(2, ({ sql }, world) =>
    new db.DirectoryStore(sql).findMarketingGroup(world.workspaceId),
  ),
  'accept/directory-store.ts ensureMarketingGroup': one(2, ({ sql }, world) =>
    new db.DirectoryStore(sql).ensureMarketingGroup(world.workspaceId),
  ),
  'accept/directory-store.ts profileContexts': each(2, ({ sql }, world) =>
    new db.DirectoryStore(sql).profileContexts(world.workspaceId, world.ids('profile')),
  ),
  'resources/find-suppressed.ts findSuppressed': each(4, ({ sql }, world) =>
    new db.DirectoryStore(sql).findSuppressed(world.workspaceId, addresses(world)),
  ),
  'accept/content-store.ts findLiterals': each(4, ({ sql }, world) =>
    new db.ContentStore(sql).ensureLiterals(
      world.workspaceId,
      world.keys('x').map((text) => ({ html: null, text })),
    ),
  ),
  'accept/content-store.ts wantLiterals': why('held by findLiterals, which it begins and ends with'),
  'accept/content-store.ts ensureLiterals': why('held by findLiterals; it inserts'),
  'accept/content-store.ts findAttachments': each(4, ({ sql }, world) =>
    new db.ContentStore(sql).ensureAttachments(
      world.workspaceId,
      world.keys('0').map((key) => ({
        hash: Buffer.from(key.padEnd(32, 'x').slice(0, 32)).toString('hex'),
        content: new Uint8Array(4),
      })),
    ),
  ),
  'accept/content-store.ts wantAttachments': why('held by findAttachments, which it begins and ends with'),
  'accept/content-store.ts ensureAttachments': why('held by findAttachments; it inserts'),
  'deliver/delivery-store.ts findAttachment': one(2, ({ prisma }, world) =>
    new db.DeliveryStore(prisma).findAttachment(world.workspaceId, 'aa'.repeat(32)).catch(() => null),
  ),
  'deliver/delivery-store.ts findSnapshot': one(2, ({ prisma }, world) =>
    new db.DeliveryStore(prisma).findSnapshot(world.id('snapshot')).catch(() => null),
  ),
  'deliver/delivery-store.ts flagSender': one(3, ({ prisma }, world) =>
    new db.DeliveryStore(prisma).flagSender(world.id('sender'), null, 'refused'),
  ),
  'deliver/delivery-store.ts isSimulated': one(2, ({ prisma }, world) =>
    new db.DeliveryStore(prisma).isSimulated(world.id('send')),
  ),
  // Each of the hundred sends has three events.
  'read/send-read-store.ts findBatch': one(820, ({ prisma }, world) =>
    new db.SendReadStore(prisma).findBatch({ ...world.owner, id: world.id('batch') }),
  ),
};
