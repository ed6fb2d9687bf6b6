import { randomUUID } from 'node:crypto';
import { newId, type Wanted } from '@postroom/core';
import * as db from '../../src/index.ts';
import { aNewSend } from '../a-send.ts';
import { asked, size, type World } from './world.ts';

type Run = (prisma: db.PrismaClient, world: World) => Promise<unknown>;

/** A hot statement, and how many rows of tables and indexes it may read; or why a function is not held to it. */
export type Statement = { readonly run: Run; readonly most: number } | { readonly why: string };

/** Reads that come on top: the roots of look-ups that find nothing, the workspace, the batch. */
const few = 12;

/** A statement that reads so many rows for each of those asked for. */
const each = (rows: number, run: Run): Statement => ({ run, most: rows * asked + few });
const one = (rows: number, run: Run): Statement => ({ run, most: rows + few });
const why = (reason: string): Statement => ({ why: reason });

const page = { limit: 5 };
const limit = 5;
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
    db.listSends(prisma, world.owner, { filter: filter(world), limit });
const stores = (prisma: db.PrismaClient) => db.createResourceStores(prisma);
const notHot = why('an operator changes or makes one resource');
const walks = why('walks a table by its key, a page at a time, for one person');
const addresses = (world: World) => world.keys('reader-').map((key) => `${key}@example.com`);

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

/** Every function of the package that runs SQL, by file and name. */
export const statements: Readonly<Record<string, Statement | readonly Statement[]>> = {
  'sends/claim-sends.ts claimOnce': each(20, (prisma, world) =>
    db.claimSends(
      prisma,
      world.ids('send').map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() })),
      { leaseMs: 60_000, worker: 'test' },
    ),
  ),
  'sends/record-attempts.ts recordAttempts': each(6, async (prisma, world) => {
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
  'sends/settle-sends.ts settleByEvents': each(6, (prisma, world) =>
    db.settleByEvents(prisma, world.ids('send')),
  ),
  'sends/event-store.ts recordEvents': each(8, reportBounces),
  'sends/event-subject.ts findSubjects': each(8, reportBounces),
  'sends/send-store.ts insertMany': why('a transaction around its groups'),
  'sends/send-store.ts insertGroup': each(4, async (prisma, world) => {
    const batch = { id: newId(), ...world.owner, dialect: 'items' as const, total: asked, rejected: 0 };
    const sends = world.keys('new-').map((key) => aNewSend({ idempotencyKey: key + randomUUID() }));
    await db.createSendStore(prisma).insertMany(batch, sends);
  }),
  'sends/send-store.ts sweepSoon': each(3, (prisma, world) =>
    db.createSendStore(prisma).sweepSoon(world.ids('send')),
  ),
  'sends/send-store.ts findByKeys': each(3, (prisma, world) =>
    db.createSendStore(prisma).findByKeys(world.owner, world.keys('key-')),
  ),
  'sends/send-store.ts findByStoredKeys': why('held by findByKeys'),
  'sends/send-store.ts findSend': one(3, (prisma, world) =>
    db.findSend(prisma, { ...world.owner, id: world.id('send') }),
  ),
  'sends/sweep-sends.ts takeOverdueQueued': one(3 * limit, (prisma) =>
    db.takeOverdueQueued(prisma, { limit, lookAgainMs: 60_000 }),
  ),
  'sends/sweep-sends.ts raiseEpochs': each(3, (prisma, world) => db.raiseEpochs(prisma, jobs(world))),
  'sends/sweep-sends.ts lookAtAgain': each(3, (prisma, world) => db.lookAtAgain(prisma, jobs(world))),
  'sends/sweep-sends.ts distrustQueue': why(
    'reads every queued send, page by page, after Redis lost all jobs',
  ),
  // Those that are in doubt and due are passed over, until the next statement has ended them.
  'sends/sweep-sends.ts expireLeases': one(6 * limit + size / 100, (prisma) =>
    db.expireLeases(prisma, { limit, inDoubtWindowMs: 60_000 }),
  ),
  'sends/sweep-sends.ts resolveDoubts': one(6 * limit + size / 100, (prisma) =>
    db.resolveDoubts(prisma, {
      limit,
      maxAttempts: 8,
      policies: { transactional: 'resend', marketing: 'hold' },
    }),
  ),
  'sends/sweep-sends.ts findProvenDoubts': why(
    'passes over what is in doubt and due, which resolveDoubts takes away',
  ),
  'sends/directory.ts findTemplates': each(
    3,
    lookUp((world) => ({ templateIds: world.ids('template') })),
  ),
  'sends/directory.ts findSenders': [
    each(
      3,
      lookUp((world) => ({ senderIds: world.ids('sender') })),
    ),
    each(
      4,
      lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
    ),
  ],
  'sends/directory.ts findVerifiedDomains': each(
    4,
    lookUp((world) => ({ fromKeys: world.keys('sender@domain-').map((key) => `${key}.own`) })),
  ),
  'sends/directory.ts findGroupIds': each(
    2,
    lookUp((world) => ({ groupIds: world.ids('group') })),
  ),
  'sends/directory.ts findProfiles': [
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
  'sends/directory.ts ensureProfiles': each(4, (prisma, world) =>
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
  'sends/directory.ts ensureMarketingGroup': one(2, (prisma, world) =>
    db.createDirectory(prisma).ensureMarketingGroup(world.workspaceId),
  ),
  'sends/directory.ts findProfileContexts': each(2, (prisma, world) =>
    db.findProfileContexts(prisma, world.workspaceId, world.ids('profile')),
  ),
  'sends/content-store.ts findLiterals': each(4, (prisma, world) =>
    db.createContentStore(prisma).ensureLiterals(
      world.workspaceId,
      world.keys('x').map((text) => ({ html: null, text })),
    ),
  ),
  'sends/content-store.ts ensureLiterals': why('held by findLiterals; it inserts'),
  'sends/content-store.ts ensureAttachments': each(4, (prisma, world) =>
    db.createContentStore(prisma).ensureAttachments(
      world.workspaceId,
      world.keys('0').map((key) => ({
        hash: Buffer.from(key.padEnd(32, 'x').slice(0, 32)).toString('hex'),
        content: new Uint8Array(4),
      })),
    ),
  ),
  'sends/content-store.ts noteWanted': why('held by ensureAttachments'),
  'sends/content-store.ts findAttachment': one(2, (prisma, world) =>
    db.findAttachment(prisma, world.workspaceId, 'aa'.repeat(32)).catch(() => null),
  ),
  'sends/delivery-store.ts findSnapshot': one(2, (prisma, world) =>
    db.findSnapshot(prisma, world.id('snapshot')).catch(() => null),
  ),
  'sends/delivery-store.ts flagSender': one(3, (prisma, world) =>
    db.flagSender(prisma, world.id('sender'), 'refused'),
  ),
  'sends/delivery-store.ts countBacklog': why('counts what is not finished, for the metrics'),
  'sends/batch-store.ts findBatch': one(420, (prisma, world) =>
    db.findBatch(prisma, { ...world.owner, id: world.id('batch') }),
  ),
  'sends/change-sends.ts changeSend': one(4, (prisma, world) =>
    db.rescheduleSend(prisma, { ...world.owner, id: world.id('send') }, new Date()),
  ),
  'sends/change-sends.ts cancelBatch': one(420, (prisma, world) =>
    db.cancelBatch(prisma, { ...world.owner, id: world.id('batch', 2) }),
  ),
  'sends/change-sends.ts findForRetry': one(3, (prisma, world) =>
    db.createRetryStore(prisma).find({ ...world.owner, id: world.id('send') }),
  ),
  'sends/list-sends.ts listSends': [
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
  'sends/find-ids.ts takeStride': why(
    'walks and looks up as many ids as its stride is long; the lists hold its parts',
  ),
  'sends/plan-search.ts findOverlap': why('a step down an index per source'),
  'sends/plan-search.ts sparsestFirst': why('reads 1,000 ids of each source'),
  'sends/count-sends.ts countOne': one(4 * size, (prisma, world) =>
    db.countSends(prisma, world.owner, { statuses: ['Queued'] }),
  ),
  'sends/count-sends.ts estimate': why('a plan, which is not run'),
  'sends/send-history.ts findHistory': one(8, (prisma, world) =>
    db.findHistory(prisma, { ...world.owner, id: world.id('send') }),
  ),
  'look-up.ts inOrder': why('a setting'),
  'migration-state.ts appliedNames': why('at the start of a process'),
  'api-key-store.ts findCaller': one(2, (prisma) => db.findCaller(prisma, 'sk_live_unknown')),
  'api-key-store.ts ensureDefaultWorkspace': why('at the start of a process'),
  'api-key-store.ts storeApiKey': why('at the start of a process'),
  'send-rate.ts findSendRate': why('a table of one row'),
  'send-rate.ts setSendRate': why('a table of one row'),
  'unsubscribe-store.ts find': one(10, (prisma, world) =>
    db.createUnsubscribeStore(prisma).find(world.id('send')),
  ),
  'unsubscribe-store.ts ensureProfile': why('held by subscribe, which calls it'),
  'unsubscribe-store.ts subscribe': one(16, (prisma, world) =>
    db.createUnsubscribeStore(prisma).subscribe(world.id('send'), false),
  ),
  'resources/template-store.ts list': one(4 * limit, (prisma, world) =>
    stores(prisma).templates.list(world.workspaceId, page),
  ),
  'resources/template-store.ts find': one(3, (prisma, world) =>
    stores(prisma).templates.find({ workspaceId: world.workspaceId, id: world.id('template') }),
  ),
  'resources/template-store.ts create': notHot,
  'resources/template-store.ts update': notHot,
  'resources/template-store.ts setStatus': notHot,
  'resources/template-store.ts duplicate': notHot,
  'resources/snapshot.ts ensureSnapshot': notHot,
  'resources/profile-store.ts list': [
    one(6 * limit, (prisma, world) => stores(prisma).profiles.list(world.workspaceId, page)),
    one(8, (prisma, world) =>
      stores(prisma).profiles.list(world.workspaceId, { ...page, email: 'reader-2@example.com' }),
    ),
    one(8, (prisma, world) =>
      stores(prisma).profiles.list(world.workspaceId, { ...page, externalId: 'external-2' }),
    ),
  ],
  'resources/profile-store.ts find': one(5, (prisma, world) =>
    stores(prisma).profiles.find({ workspaceId: world.workspaceId, id: world.id('profile', 2) }),
  ),
  'resources/profile-store.ts findHolder': one(4, (prisma, world) =>
    stores(prisma).profiles.create(world.workspaceId, { externalId: 'external-2' }),
  ),
  'resources/profile-store.ts create': one(8, (prisma, world) =>
    stores(prisma).profiles.create(world.workspaceId, { externalId: randomUUID() }),
  ),
  'resources/profile-store.ts write': one(8, (prisma, world) =>
    stores(prisma).profiles.update(
      { workspaceId: world.workspaceId, id: world.id('profile', 2) },
      { attributes: { a: 1 } },
    ),
  ),
  'erasures/erasure-store.ts request': notHot,
  'erasures/erasure-store.ts createErasureStore': notHot,
  'erasures/erase-step.ts eraseNext': walks,
  'erasures/erase-step.ts nextIds': walks,
  'erasures/erase-step.ts endWaiting': walks,
  'erasures/erase-step.ts record': walks,
  'erasures/erase-sends.ts lockFound': walks,
  'erasures/erase-sends.ts eraseRecipients': walks,
  'erasures/erase-sends.ts eraseMentions': walks,
  'erasures/erase-sends.ts eraseFacets': walks,
  'erasures/erase-sends.ts noteContents': walks,
  'erasures/erase-sends.ts eraseFromSends': walks,
  'erasures/erase-beside.ts erasePeople': walks,
  'erasures/erase-beside.ts eraseMentionsBeside': walks,
  'erasures/erase-beside.ts eraseBodies': walks,
  'erasures/erase-beside.ts keepUsedContents': walks,
  'erasures/erase-beside.ts removeContents': walks,
  'resources/suppression-store.ts put': one(4, (prisma, world) =>
    stores(prisma).suppressions.put(world.workspaceId, { email: 'gone-1@example.com', reason: 'Manual' }),
  ),
  'resources/suppression-store.ts addMany': each(3, (prisma, world) =>
    stores(prisma).suppressions.addMany(
      world.workspaceId,
      addresses(world).map((email) => ({ email, reason: 'Manual' as const })),
    ),
  ),
  'resources/suppression-store.ts list': one(3 * limit, (prisma, world) =>
    stores(prisma).suppressions.list(world.workspaceId, page),
  ),
  'resources/suppression-store.ts createSuppressionStore': one(3, (prisma, world) =>
    stores(prisma).suppressions.find(world.workspaceId, 'gone-1@example.com'),
  ),
  'resources/subscription-store.ts writeFor': one(10, (prisma, world) =>
    stores(prisma).subscriptions.setByEmail(
      { workspaceId: world.workspaceId, id: world.id('group', 2) },
      { email: 'reader-3@example.com', subscribed: false },
    ),
  ),
  'resources/subscription-store.ts makeProfile': why('held by writeFor; it inserts'),
  'resources/subscription-group-store.ts list': one(3 * limit, (prisma, world) =>
    stores(prisma).subscriptionGroups.list(world.workspaceId, page),
  ),
  'resources/subscription-group-store.ts find': one(2, (prisma, world) =>
    stores(prisma).subscriptionGroups.find({ workspaceId: world.workspaceId, id: world.id('group') }),
  ),
  'resources/subscription-group-store.ts create': notHot,
  'resources/subscription-group-store.ts update': notHot,
  'resources/subscription-group-store.ts asOnlyDefault': notHot,
  'resources/domain-store.ts list': one(3 * limit, (prisma, world) =>
    stores(prisma).domains.list(world.workspaceId, page),
  ),
  'resources/domain-store.ts find': one(2, (prisma, world) =>
    stores(prisma).domains.find({ workspaceId: world.workspaceId, id: world.id('domain') }),
  ),
  'resources/domain-store.ts standing': notHot,
  'resources/domain-store.ts create': notHot,
  'resources/domain-store.ts record': notHot,
  'resources/domain-store.ts remove': notHot,
  'resources/sender-claims.ts takeInTurn': notHot,
  'resources/sender-profile-store.ts refusalOf': notHot,
  'resources/sender-profile-store.ts list': one(4 * limit, (prisma, world) =>
    stores(prisma).senderProfiles.list(world.workspaceId, page),
  ),
  'resources/sender-profile-store.ts find': one(3, (prisma, world) =>
    stores(prisma).senderProfiles.find({ workspaceId: world.workspaceId, id: world.id('sender') }),
  ),
  'resources/sender-profile-store.ts create': notHot,
  'resources/sender-profile-store.ts update': notHot,
  'resources/sender-profile-store.ts recordProof': notHot,
  'resources/key-store.ts list': one(3 * limit, (prisma, world) =>
    stores(prisma).apiKeys.list(world.workspaceId, page),
  ),
  'resources/key-store.ts create': notHot,
  'resources/key-store.ts revoke': notHot,
};
