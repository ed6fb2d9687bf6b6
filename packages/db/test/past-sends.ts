import { newId } from '@postroom/core';
import { runSql } from '@postroom/testkit';
import { firstIdOf } from '../src/ids-by-time.ts';
import {
  ContentStore,
  type Database,
  type RetentionPolicy,
  RetentionStore,
  SendStore,
  WorkspaceStore,
} from '../src/index.ts';
import { aNewSend } from './a-send.ts';

type Opened = Pick<Database, 'prisma' | 'sql'>;

export const dayMs = 86_400_000;
export const ago = (days: number): Date => new Date(Date.now() - days * dayMs);
/** An id of version 7 as it was made so many days ago. */
const idOf = (days: number): string => firstIdOf(ago(days)).slice(0, 14) + newId().slice(14);

/** Keeps everything. */
export const kept: RetentionPolicy = { sendsMs: null, eventsMs: null, contentMs: null, webhookMs: null };

/** Does pieces until each kind has come to its end so often in a row. */
async function removeAll(
  { prisma }: Opened,
  policy: RetentionPolicy,
  removing: RetentionStore,
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (let idle = 0; idle < 20; ) {
    const step = await removing.removeNext(policy);
    idle = step === null || step.removed === 0 ? idle + 1 : 0;
    if (step !== null && step.removed > 0) removed[step.kind] = (removed[step.kind] ?? 0) + step.removed;
    // Passes have no rest between them here: the others get their turn like this.
    if (step?.removed === 0) {
      await prisma.$executeRaw`
        UPDATE retention_walks SET not_before = now() + interval '1 hour' WHERE kind = ${step.kind}`;
    }
  }
  await prisma.$executeRaw`UPDATE retention_walks SET not_before = now()`;
  return removed;
}

const senderProfileId = newId();
/** What a send of the past is found by: two recipients, template, sender, batch, four tags, and the name that two of them have. */
export const facetsOfOne = 10;

export type Ended = 'Sent' | 'Failed' | 'Skipped' | 'Canceled' | 'Queued' | 'Scheduled' | 'Processing';

export type Past = {
  readonly days: number;
  /** How many days ago it last changed, if that was later. */
  readonly changed?: number;
  readonly status?: Ended;
  readonly body?: string;
  readonly file?: Buffer;
};

/** Writes what a send of the past may share with others, as of when a request last asked for it. */
async function ensureContent(database: Opened, workspaceId: string, { days, body, file }: Past) {
  const { prisma } = database;
  const contents = new ContentStore(database.sql);
  const html = body ?? `<p>${newId()}</p>`;
  const [snapshotId = ''] = await contents.ensureLiterals(workspaceId, [{ html, text: null }]);
  await prisma.templateSnapshot.updateMany({
    where: { id: snapshotId, wantedAt: { gt: ago(0.01) } },
    data: { wantedAt: ago(days) },
  });
  if (file === undefined) return { snapshotId, attachments: [] };
  const contentHash = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(file)));
  const hash = contentHash.toString('hex');
  await contents.ensureAttachments(workspaceId, [{ hash, content: file }]);
  await prisma.attachment.updateMany({ where: { contentHash }, data: { wantedAt: ago(days) } });
  return {
    snapshotId,
    attachments: [{ hash, filename: 'a', contentType: 'a/b', contentId: null, sizeBytes: 10 }],
  };
}

/** A send of the past, with all that belongs to one; answers its id. */
async function aPastSend(database: Opened, past: Past): Promise<string> {
  const { days, changed = days, status = 'Sent' } = past;
  const { prisma } = database;
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const id = idOf(days);
  const send = aNewSend({
    id,
    ...(await ensureContent(database, workspaceId, past)),
    data: { name: 'Ada' },
    tags: ['news', 'April', 'order:1', 'order:2'],
    senderProfileId,
    toOthers: [{ email: 'Second@Example.com', name: null }],
  });
  const counted = { dialect: send.dialect, total: 1, rejected: 0 };
  const batch = { workspaceId, isSimulated: false, id: idOf(days), ...counted };
  await new SendStore(database).insertMany([{ batch, sends: [send] }]);
  const at = ago(changed);
  await prisma.emailSend.update({ where: { id }, data: { status, updatedAt: at } });
  await prisma.batch.update({ where: { id: batch.id }, data: { createdAt: ago(days) } });
  await prisma.sendAttempt.create({ data: { sendId: id, number: 1, leaseToken: newId(), worker: 'x' } });
  const event = { workspaceId, sendId: id, type: 'delivery' as const, sourceId: newId() };
  await prisma.emailEvent.create({
    data: { ...event, id: idOf(days), occurredAt: at, receivedAt: ago(days) },
  });
  const notice = {
    workspaceId,
    endpointId: newId(),
    type: 'email.sent',
    sendId: id,
    state: 'delivered' as const,
  };
  await prisma.webhookNotice.create({
    data: { ...notice, id: idOf(days), createdAt: ago(days), nextAttemptAt: at },
  });
  return id;
}

async function countOf({ prisma }: Opened) {
  const [row] = await prisma.$queryRaw<Record<string, number>[]>`
    SELECT (SELECT count(*)::int FROM email_sends) AS sends, (SELECT count(*)::int FROM send_facets) AS facets,
      (SELECT count(*)::int FROM send_attempts) AS attempts, (SELECT count(*)::int FROM email_events) AS events,
      (SELECT count(*)::int FROM webhook_notices) AS notices, (SELECT count(*)::int FROM batches) AS batches,
      (SELECT count(*)::int FROM template_snapshots WHERE kind = 'literal') AS literals,
      (SELECT count(*)::int FROM template_snapshots WHERE html IS NOT NULL) AS bodies,
      (SELECT count(*)::int FROM attachments) AS attachments`;
  return row;
}

/** Sends of the past in a database, and what removes them. */
export function pastSends(database: Opened & { readonly directUrl: string }) {
  const store = () => new RetentionStore(database.prisma, { restMs: 0, followMs: 0 });
  return {
    store,
    removeAll: (policy: RetentionPolicy, removing = store()) => removeAll(database, policy, removing),
    aPastSend: (past: Past) => aPastSend(database, past),
    countOf: () => countOf(database),
    clear: () =>
      runSql(
        database.directUrl,
        `TRUNCATE email_sends, send_facets, send_attempts, email_events, webhook_notices, webhook_attempts, batches, attachments,
           retention_walks; DELETE FROM template_snapshots;`,
      ),
  };
}
