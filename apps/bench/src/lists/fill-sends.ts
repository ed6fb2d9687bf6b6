import { runSql } from '@postroom/testkit';

/** The workspace that is measured. */
export const workspaceId = '01890000-0000-7000-8000-00000000000a';
/** Another one, whose sends lie between the first one's: a quarter as many. */
const otherWorkspaceId = '01890000-0000-7000-8000-00000000000b';

/** The template that every send uses. */
export const templateId = '01890000-0000-7000-8000-0000000000f0';

/** Sender profiles: that of every second send, and that of one in 20,000. */
export const senderIds = {
  half: '01890000-0000-7000-8000-0000000000f1',
  rare: '01890000-0000-7000-8000-0000000000f2',
} as const;

/** What SES calls the send at that part of the whole. */
export const providerIdAt = (sends: number, part: number): string =>
  `0100${Math.floor(sends * part)
    .toString(16)
    .padStart(12, '0')}-0-000000`;

/** The recipient of 10,000 sends per million; every other one has about three. */
export const busyRecipient = 'busy@example.com';

/** Tags and which sends have them: every second one; one in 20,000; a tenth, all of them in the middle. */
export const tags = { half: 'newsletter', rare: 'incident', middle: 'campaign' } as const;

/** Sends lie 100 ms apart, the oldest at the first moment of 2026. */
const firstMs = Date.UTC(2026, 0, 1);
const stepMs = 100;

/** When the send at that part of the whole was created: 0 is the oldest, 1 the newest. */
export const momentAt = (sends: number, part: number): Date =>
  new Date(firstMs + Math.floor(sends * part) * stepMs);

/** An id between those of the sends up to that part of the whole and those after it, in either workspace. */
export function idAt(sends: number, part: number): string {
  const ms = momentAt(sends, part).getTime() + stepMs * 0.75;
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** The id of the batch of the send at that part of the whole; a batch has 1,000 sends. */
export const batchIdAt = (sends: number, part: number): string =>
  `01890000-0000-7000-8001-${Math.floor((sends * part) / 1_000)
    .toString(16)
    .padStart(12, '0')}`;

/** A number below `of` that looks like chance and is the same in every run. */
const chance = (of: number, salt: number) => `abs(hashint4(i + ${salt}) % ${of})`;

/** What a send is, by its number `i` of `n`: the oldest failed, the newest wait, most of the others were sent. */
const statusSql = `CASE
  WHEN i <= n * 0.0005 THEN 'Failed'
  WHEN i > n * 0.64 AND ${chance(80, 1)} = 0 THEN 'Scheduled'
  WHEN i > n * 0.64 THEN 'Queued'
  WHEN i > n * 0.6398 THEN 'Processing'
  WHEN ${chance(20, 2)} = 0 THEN 'Skipped'
  WHEN ${chance(100, 3)} = 0 THEN 'Canceled'
  ELSE 'Sent' END::"SendStatus"`;

const recipientSql = `CASE WHEN i % 100 = 7 THEN '${busyRecipient}' ELSE 'reader-' || i % (n / 3) || '@example.com' END`;

const senderSql = `CASE WHEN i % 20000 = 13 THEN '${senderIds.rare}' WHEN ${chance(2, 5)} = 0 THEN '${senderIds.half}' END::uuid`;

/** Of what was sent: nine in ten were delivered, one in fifty bounced. */
const deliverySql = `CASE WHEN i <= n * 0.6398 THEN
  CASE WHEN ${chance(50, 6)} = 0 THEN 'bounced' WHEN ${chance(10, 7)} > 0 THEN 'delivered' END END::"Delivery"`;

const providerIdSql = `CASE WHEN i <= n * 0.6398 THEN '0100' || lpad(to_hex(i), 12, '0') || '-' || shift || '-000000' END`;

const tagsSql = `array_remove(ARRAY[
  CASE WHEN i % 10 = 3 THEN 'order:' || i % 7 END,
  CASE WHEN ${chance(2, 4)} = 0 THEN '${tags.half}' END,
  CASE WHEN i % 20000 = 11 THEN '${tags.rare}' END,
  CASE WHEN i BETWEEN n * 0.3 AND n * 0.4 THEN '${tags.middle}' END], NULL)`;

/** Ids are UUID v7 of the send's own moment: 48 bits of milliseconds, then what only has to differ. */
const idSql = `(lpad(to_hex(${firstMs} + i::bigint * step + shift), 12, '0') || '7'
  || substr(md5(shift::text || i), 1, 3) || '8' || substr(md5(i::text || shift), 1, 15))::uuid`;

type Part = {
  readonly id: string;
  /** How many sends the workspace has in the end. */
  readonly sends: number;
  /** How far apart its sends lie, and how much later than those of the measured workspace. */
  readonly stepMs: number;
  readonly shiftMs: number;
  /** Which part of them this is. */
  readonly from: number;
  readonly to: number;
};

const sendsSql = ({ id, sends, stepMs: step, shiftMs, from, to }: Part) => `
  INSERT INTO email_sends (
    id, workspace_id, batch_id, dialect, lane, status, idempotency_key, fingerprint, template_id, snapshot_id,
    from_email, from_name, subject, to_email, to_key, data, tags, message_id, next_attempt_at, sweep_at,
    created_at, updated_at, sender_profile_id, delivery, provider_message_id)
  SELECT ${idSql}, '${id}',
    ('01890000-0000-7000-8001-' || lpad(to_hex(i / 1000), 12, '0'))::uuid, 'items', 'transactional', ${statusSql},
    'order-' || shift || '-' || i, sha256(i::text::bytea), '${templateId}', '${id}',
    'orders@acme.example.com', 'Acme', NULL, ${recipientSql}, ${recipientSql},
    jsonb_build_object('orderNumber', i, 'firstName', 'Ada', 'total', '42.00', 'link', 'https://acme.example.com/' || md5(i::text)),
    ${tagsSql}, gen_random_uuid(), moment, moment + interval '15 seconds', moment, moment,
    ${senderSql}, ${deliverySql}, ${providerIdSql}
  FROM (
    SELECT i, ${sends} AS n, ${step} AS step, ${shiftMs} AS shift,
      to_timestamp((${firstMs} + i::bigint * ${step} + ${shiftMs}) / 1000.0) AS moment
    FROM generate_series(${Math.floor(sends * from) + 1}, ${Math.floor(sends * to)}) AS i
  ) AS numbered`;

const snapshotSql = (id: string) => `
  INSERT INTO workspaces (id, name) VALUES ('${id}', 'bench');
  INSERT INTO template_snapshots (id, workspace_id, kind, content_hash, subject, html)
  VALUES ('${id}', '${id}', 'template', sha256('bench'), 'Your order', '<p>Thank you</p>')`;

/** As they are written when a batch is accepted: in the order of the sends, so that no index is packed tight. */
const facetsSql = (sends: number, from: number) => `
  INSERT INTO send_facets (workspace_id, kind, value, send_id)
  SELECT workspace_id, kind, value, id FROM email_sends, LATERAL (
    SELECT 'to'::"FacetKind" AS kind, to_key AS value
    UNION ALL SELECT 'template', template_id::text
    UNION ALL SELECT 'batch', batch_id::text
    UNION ALL SELECT 'sender', sender_profile_id::text WHERE sender_profile_id IS NOT NULL
    UNION ALL SELECT 'tag_name', split_part(t, ':', 1) FROM unnest(tags) AS t WHERE position(':' IN t) > 1
    UNION ALL SELECT 'tag', unnest(tags)) AS facet
  WHERE id > '${idAt(sends, from)}'
  ORDER BY id`;

const batchesSql = `
  INSERT INTO batches (id, workspace_id, dialect, total, accepted, rejected)
  SELECT batch_id, '${workspaceId}', 'items', 1000, 1000, 0
  FROM email_sends WHERE workspace_id = '${workspaceId}' GROUP BY batch_id`;

/** Some of those that were sent have just come from the queue: each left two dead entries in every index. */
const drainSql = (sends: number, from: string, to: string) => `
  UPDATE email_sends SET status = '${to}', updated_at = updated_at + interval '1 second'
  WHERE id BETWEEN '${idAt(sends, 0.58)}' AND '${idAt(sends, 0.63)}' AND status = '${from}'`;

/** Fills an empty database with that many sends of the measured workspace and a quarter as many of another. */
export async function fillSends(databaseUrl: string, sends: number): Promise<void> {
  const run = (statement: string) => runSql(databaseUrl, statement);
  // The tables are as autovacuum leaves them at its worst: the newest fifth was written since, and whatever
  // changed there. It is off, so that it does not work while queries are measured.
  for (const table of ['email_sends', 'send_facets']) {
    await run(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }
  for (const id of [workspaceId, otherWorkspaceId]) await run(snapshotSql(id));
  const own = { id: workspaceId, sends, stepMs, shiftMs: 0 };
  const others = { id: otherWorkspaceId, sends: Math.floor(sends / 4), stepMs: 4 * stepMs, shiftMs: 50 };
  for (const part of [
    { from: 0, to: 0.8 },
    { from: 0.8, to: 1 },
  ]) {
    const { from, to } = part;
    await run(sendsSql({ ...own, ...part }));
    await run(sendsSql({ ...others, ...part }));
    await run(facetsSql(sends, from));
    if (to < 1) for (const table of ['email_sends', 'send_facets']) await run(`VACUUM ${table}`);
  }
  await run(batchesSql);
  await run(drainSql(sends, 'Sent', 'Queued'));
  await run(drainSql(sends, 'Queued', 'Processing'));
  await run(drainSql(sends, 'Processing', 'Sent'));
  await run('ANALYZE');
}
