import { randomUUID } from 'node:crypto';
import * as db from '../../src/index.ts';
import { addresses, each, limit, one, type Statements, why } from './statement.ts';
import { firstElsewhere, type World } from './world.ts';

const page = { limit };
const live = ({ workspaceId }: World) => ({ workspaceId, isSimulated: false });
const stores = (prisma: db.PrismaClient) => db.createResourceStores(prisma);
const notHot = why('an operator changes or makes one resource');
const walks = why('walks a table by its key, a page at a time, for one person');

/** What is done with resources, erasures, and what beside them is no send. */
export const resourceStatements: Statements = {
  'look-up.ts inOrder': why('a setting'),
  'look-up.ts inOrderOnPool': why('a setting'),
  'migration-state.ts appliedNames': why('at the start of a process'),
  'resources/api-key-store.ts findCallers': each(2, ({ prisma }, world) =>
    new db.ApiKeyStore(prisma).findCallers(world.keys('sk_live_unknown')),
  ),
  'resources/workspace-store.ts ensureDefault': why('at the start of a process'),
  'resources/api-key-store.ts keep': why('at the start of a process'),
  'resources/workspace-store.ts create': why('a command of the operator'),
  'resources/workspace-store.ts exists': why('a command of the operator'),
  'resources/workspace-store.ts isOnlyOne': why('reads two rows of a table that has few'),
  'resources/workspace-store.ts namesOf': why('a command of the operator'),
  'resources/workspace-store.ts list': one(2 * 7_000, ({ prisma }) =>
    new db.WorkspaceStore(prisma).list({ limit }, { isSimulated: false, since: new Date(0) }),
  ),
  'resources/ses-account-store.ts assign': why('a command of the operator'),
  'resources/ses-account-store.ts create': why('a command of the operator'),
  'resources/ses-account-store.ts update': why('a command of the operator'),
  'resources/ses-account-store.ts remove': why('a command of the operator'),
  'resources/ses-account-store.ts find': why('asked for once by each process'),
  'resources/ses-account-store.ts list': why('a table of a few rows'),
  'resources/send-rate-store.ts find': why('a table of one row'),
  'resources/send-rate-store.ts set': why('a table of one row'),
  'links/unsubscribe-store.ts find': one(14, ({ prisma }, world) =>
    new db.UnsubscribeStore(prisma).find(world.id('send')),
  ),
  'links/link-key-store.ts load': why('reads all keys, once a minute'),
  'links/link-key-store.ts rotate': why('a command of the operator'),
  'links/link-key-store.ts secretOf': why('asked for when a tracking host is checked'),
  'links/engagement-store.ts find': each(9, ({ prisma }, world) =>
    new db.EngagementStore(prisma).find(world.ids('send')),
  ),
  'links/engagement-store.ts markBurst': each(2, ({ prisma }, world) =>
    new db.EngagementStore(prisma).markBurst(world.ids('send')),
  ),
  'links/confirmation-store.ts find': one(20, ({ prisma }, world) =>
    new db.ConfirmationStore(prisma).find(world.id('send')),
  ),
  'links/confirmation-store.ts confirm': one(20, ({ prisma }, world) =>
    new db.ConfirmationStore(prisma).confirm(world.id('send')),
  ),
  'links/recipient.ts ensureRecipient': why('held by subscribe, which calls it'),
  'links/preference-store.ts others': [0, 1].map((place) =>
    one(210, ({ prisma }, world) =>
      new db.PreferenceStore(prisma).others({ workspaceId: world.workspaceId, id: world.id('send'), place }),
    ),
  ),
  'links/preference-store.ts save': one(20, ({ prisma }, world) =>
    new db.PreferenceStore(prisma).save({ id: world.id('send'), place: 0 }, [
      { groupId: world.id('group'), isSubscribed: false },
    ]),
  ),
  'links/unsubscribe-store.ts subscribe': [
    one(16, ({ prisma }, world) => new db.UnsubscribeStore(prisma).subscribe(world.id('send'), false)),
    // 20 endpoints, and none of what waits for them.
    one(16 + 20 * 2, ({ prisma }) =>
      new db.UnsubscribeStore(prisma).subscribe(firstElsewhere('send'), false),
    ),
    one(20, ({ prisma }, world) => new db.UnsubscribeStore(prisma).subscribe(world.id('send', 2), true)),
  ],
  'resources/template-store.ts list': one(4 * limit, ({ prisma }, world) =>
    stores(prisma).templates.list(world.workspaceId, page),
  ),
  'resources/template-store.ts find': one(3, ({ prisma }, world) =>
    stores(prisma).templates.find({ workspaceId: world.workspaceId, id: world.id('template') }),
  ),
  'resources/template-store.ts versions': why('reads what a template keeps of them, which is bounded'),
  'resources/template-store.ts version': why('reads one by its key'),
  'resources/template-store.ts create': notHot,
  'resources/template-store.ts update': notHot,
  'resources/template-store.ts setStatus': notHot,
  'resources/template-store.ts duplicate': notHot,
  'resources/snapshot.ts ensureSnapshot': notHot,
  'resources/profile-store.ts list': [
    one(6 * limit, ({ prisma }, world) => stores(prisma).profiles.list(live(world), page)),
    one(8, ({ prisma }, world) =>
      stores(prisma).profiles.list(live(world), { ...page, email: 'reader-2@example.com' }),
    ),
    one(8, ({ prisma }, world) =>
      stores(prisma).profiles.list(live(world), { ...page, externalId: 'external-2' }),
    ),
  ],
  'resources/profile-store.ts find': one(5, ({ prisma }, world) =>
    stores(prisma).profiles.find({ workspaceId: world.workspaceId, id: world.id('profile', 2) }),
  ),
  'resources/profile-store.ts findHolder': one(4, ({ prisma }, world) =>
    stores(prisma).profiles.create(live(world), { externalId: 'external-2' }),
  ),
  'resources/profile-store.ts create': one(8, ({ prisma }, world) =>
    stores(prisma).profiles.create(live(world), { externalId: randomUUID() }),
  ),
  'resources/profile-store.ts addressIsFull': why('create asks the same'),
  'resources/profile-store.ts write': one(8, ({ prisma }, world) =>
    stores(prisma).profiles.update(
      { workspaceId: world.workspaceId, id: world.id('profile', 2) },
      { attributes: { a: 1 } },
    ),
  ),
  'erasures/erasure-store.ts request': notHot,
  'erasures/erasure-store.ts requestByProfile': notHot,
  'erasures/erasure-store.ts find': notHot,
  'erasures/erasure-store.ts eraseNext': walks,
  'erasures/erase-step.ts nextIds': walks,
  'erasures/erase-step.ts endWaiting': walks,
  'erasures/erase-step.ts recordPiece': walks,
  'erasures/erase-sends.ts lockFound': walks,
  'erasures/erase-sends.ts eraseRecipients': walks,
  'erasures/erase-sends.ts eraseMentions': walks,
  'erasures/erase-sends.ts noteContents': walks,
  'erasures/erase-sends.ts eraseFromSends': walks,
  'erasures/erase-sends.ts eraseNoticesOfSends': walks,
  'erasures/erase-notices.ts endTries': walks,
  'erasures/erase-notices.ts eraseNotices': walks,
  'erasures/erase-beside.ts eraseSubscriptions': walks,
  'erasures/erase-beside.ts eraseSuppression': walks,
  'erasures/erase-beside.ts erasePeople': walks,
  'erasures/erase-beside.ts eraseMentionsBeside': walks,
  'erasures/erase-beside.ts eraseNotes': walks,
  'erasures/erase-beside.ts eraseBodies': walks,
  'erasures/erase-beside.ts keepUsedContents': walks,
  'erasures/erase-beside.ts removeContents': walks,
  'resources/suppression-store.ts put': one(4, ({ prisma }, world) =>
    stores(prisma).suppressions.put(world.workspaceId, { email: 'gone-1@example.com', reason: 'Manual' }),
  ),
  'resources/suppression-store.ts strengthen': each(6, ({ prisma }, world) =>
    stores(prisma).suppressions.addMany(
      world.workspaceId,
      addresses(world).map((email) => ({ email, reason: 'Manual' as const })),
    ),
  ),
  'resources/suppression-store.ts remove': notHot,
  'resources/suppression-store.ts count': one(3 * limit, ({ prisma }, world) =>
    stores(prisma).suppressions.count(world.workspaceId, limit),
  ),
  'resources/suppression-store.ts list': one(3 * limit, ({ prisma }, world) =>
    stores(prisma).suppressions.list(world.workspaceId, page),
  ),
  'resources/suppression-store.ts listByTime': [
    one(4 * (limit + 1) * 3, ({ prisma }, world) =>
      stores(prisma).suppressions.listByTime(world.workspaceId, { ...page, createdFrom: new Date(0) }),
    ),
    one(4 * (limit + 1), ({ prisma }, world) =>
      stores(prisma).suppressions.listByTime(world.workspaceId, { ...page, reason: 'Manual' }),
    ),
  ],
  'resources/suppression-store.ts find': one(3, ({ prisma }, world) =>
    stores(prisma).suppressions.find(world.workspaceId, 'gone-1@example.com'),
  ),
  'resources/subscription-store.ts write': one(10, ({ prisma }, world) =>
    stores(prisma).subscriptions.set(
      { workspaceId: world.workspaceId, id: world.id('group', 2) },
      { email: 'reader-3@example.com' },
      'unsubscribed',
    ),
  ),
  'resources/subscription-store.ts standings': one(10, ({ prisma }, world) =>
    stores(prisma).subscriptions.standings(
      { workspaceId: world.workspaceId, id: world.id('group', 2) },
      { email: 'reader-3@example.com' },
    ),
  ),
  'resources/subscription-store.ts makeProfile': why('held by write; it inserts'),
  'resources/subscription-group-store.ts list': one(3 * limit, ({ prisma }, world) =>
    stores(prisma).subscriptionGroups.list({ workspaceId: world.workspaceId, isSimulated: false }, page),
  ),
  'resources/subscription-group-store.ts find': one(2, ({ prisma }, world) =>
    stores(prisma).subscriptionGroups.find({
      workspaceId: world.workspaceId,
      isSimulated: false,
      id: world.id('group'),
    }),
  ),
  'resources/subscription-group-store.ts create': notHot,
  'resources/subscription-group-store.ts update': notHot,
  'resources/subscription-group-store.ts inTurn': notHot,
  'resources/domain-store.ts list': one(3 * limit, ({ prisma }, world) =>
    stores(prisma).domains.list(world.workspaceId, page),
  ),
  'resources/domain-store.ts find': one(2, ({ prisma }, world) =>
    stores(prisma).domains.find({ workspaceId: world.workspaceId, id: world.id('domain') }),
  ),
  'resources/domain-store.ts standing': notHot,
  'resources/domain-store.ts create': notHot,
  'resources/domain-store.ts record': notHot,
  'resources/domain-store.ts remove': notHot,
  'resources/sender-claims.ts takeInTurn': notHot,
  'resources/sender-profile-store.ts refusalOf': notHot,
  'resources/sender-profile-store.ts mayBeLive': notHot,
  'resources/sender-profile-store.ts list': one(4 * limit, ({ prisma }, world) =>
    stores(prisma).senderProfiles.list(world.workspaceId, page),
  ),
  'resources/sender-profile-store.ts find': one(3, ({ prisma }, world) =>
    stores(prisma).senderProfiles.find({ workspaceId: world.workspaceId, id: world.id('sender') }),
  ),
  'resources/sender-profile-store.ts create': notHot,
  'resources/sender-profile-store.ts update': notHot,
  'resources/sender-profile-store.ts recordProof': notHot,
  'resources/sender-profile-store.ts recordTrackingHost': one(8, ({ prisma }, world) =>
    stores(prisma).senderProfiles.recordTrackingHost(
      { workspaceId: world.workspaceId, id: world.id('sender') },
      { host: 'https://links-1.own', problem: null },
    ),
  ),
  'resources/api-key-store.ts list': one(3 * limit, ({ prisma }, world) =>
    stores(prisma).apiKeys.list(world.workspaceId, page),
  ),
  'resources/api-key-store.ts create': notHot,
  'resources/api-key-store.ts revoke': notHot,
};
