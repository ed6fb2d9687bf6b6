import { randomUUID } from 'node:crypto';
import { runSql } from '@postroom/testkit';

/** How many rows of each kind a workspace has, before any are taken away. */
export const size = 3_000;

/** So many of each are asked for at once. */
export const asked = 8;

/** So many more profiles have the address of the last one that is asked for. */
export const sharing = 300;

/** So many profiles a test key has made, newer than any that a statement makes. */
const staging = 300;

/** The workspace that is asked about, and one that only stands in the way. */
const workspaces = {
  own: '0199aaaa-0000-7000-8000-00000000000a',
  other: '0199aaaa-0000-7000-8000-00000000000b',
};

const kinds = [
  'send',
  'profile',
  'snapshot',
  'template',
  'sender',
  'domain',
  'group',
  'batch',
  'webhook',
  'notice',
  'action',
] as const;
type Kind = (typeof kinds)[number];
type Owner = keyof typeof workspaces;

const shift = (owner: Owner) => (owner === 'own' ? 0 : 1_000_000);
const hex = (value: number) => value.toString(16).padStart(12, '0');
/** Ids ascend within a kind, as those of version 7 do. */
const prefixOf = (kind: Kind, owner: Owner) =>
  `0199${hex(kinds.indexOf(kind) * 16 + shift(owner)).slice(4, 8)}`;

/** The id of the `i`-th of a kind in the workspace that is asked about. */
const idOf = (kind: Kind, i: number): string => `${prefixOf(kind, 'own')}-0000-7000-8000-${hex(i)}`;

/** The id of the first of a kind in the other workspace, whose sends are told to its endpoints. */
export const firstElsewhere = (kind: Kind): string => `${prefixOf(kind, 'other')}-0000-7000-8000-${hex(1)}`;

const idSql = (kind: Kind, owner: Owner, i: string) =>
  `('${prefixOf(kind, owner)}-0000-7000-8000-' || lpad(to_hex(${i}), 12, '0'))::uuid`;

/** Who and what the statements ask about: the first of each kind, or what exists nowhere. */
export type World = {
  readonly workspaceId: string;
  readonly owner: { readonly workspaceId: string; readonly isSimulated: boolean };
  id(kind: Kind, i?: number): string;
  ids(kind: Kind): readonly string[];
  keys(prefix: string): readonly string[];
};

const numbers = Array.from({ length: asked }, (_, at) => at + 1);

/** The rows that are filled in. */
export const filled: World = {
  workspaceId: workspaces.own,
  owner: { workspaceId: workspaces.own, isSimulated: false },
  id: (kind, i = 1) => idOf(kind, i),
  ids: (kind) => numbers.map((i) => idOf(kind, i)),
  keys: (prefix) => numbers.map((i) => `${prefix}${i}`),
};

/** What is in no table. */
export const unknown: World = {
  ...filled,
  id: () => randomUUID(),
  ids: () => numbers.map(() => randomUUID()),
  keys: () => numbers.map(() => randomUUID()),
};

/** What a send of that number is, in SQL over `i`. */
export type StatusSql = string;

const resourcesSql = (owner: Owner, rows: number) => {
  const ws = workspaces[owner];
  const id = (kind: Kind) => idSql(kind, owner, 'i');
  const series = `generate_series(1, ${rows}) AS i`;
  return `
  INSERT INTO workspaces (id, name) VALUES ('${ws}', '${owner}');
  INSERT INTO former_link_secrets (workspace_id, secret, clicks_until)
    SELECT '${ws}', sha256(('${owner}' || i)::bytea), now() FROM generate_series(1, 3) AS i;
  INSERT INTO profiles (id, workspace_id, external_id, email, email_key)
    SELECT ${id('profile')}, '${ws}', CASE WHEN i % 2 = 0 OR i > ${rows} THEN 'external-' || i END, address, address
    FROM (SELECT i, 'reader-' || CASE WHEN i > ${rows} THEN ${asked} ELSE i END || '@example.com' AS address FROM generate_series(1, ${rows + sharing}) AS i) AS numbered;
  INSERT INTO template_snapshots (id, workspace_id, kind, content_hash, subject)
    SELECT ${id('snapshot')}, '${ws}', 'template', sha256(('snapshot' || i)::bytea), 'Hello' FROM ${series};
  INSERT INTO templates (id, workspace_id, name, subject, html, current_snapshot_id)
    SELECT ${id('template')}, '${ws}', 'template', 'Hello', '', ${id('snapshot')} FROM ${series};
  INSERT INTO sender_profiles (id, workspace_id, name, from_email, from_key, tracking_host, tracking_host_checked_at)
    SELECT ${id('sender')}, '${ws}', 'sender', 'me@x', 'sender@domain-' || i || '.${owner}',
      'https://links-' || i || '.${owner}', now() FROM ${series};
  INSERT INTO domains (id, workspace_id, domain, status)
    SELECT ${id('domain')}, '${ws}', 'domain-' || i || '.${owner}', 'verified' FROM ${series};
  INSERT INTO subscription_groups (id, workspace_id, name, type, marketing_default)
    SELECT ${id('group')}, '${ws}', 'group', 'OptOut', i = 1 FROM ${series};
  INSERT INTO subscriptions (group_id, profile_id, subscribed)
    SELECT ${idSql('group', owner, '1')}, ${id('profile')}, true FROM ${series};
  INSERT INTO subscriptions (group_id, profile_id, subscribed)
    SELECT ${id('group')}, ${idSql('profile', owner, '1')}, true FROM ${series} WHERE i > 1;
  INSERT INTO suppressions (workspace_id, email_key, email, reason, expires_at)
    SELECT '${ws}', 'gone-' || i || '@example.com', 'gone', 'Manual',
      CASE WHEN i % 100 = 50 THEN now() - interval '1 hour' WHEN i % 100 = 60 THEN now() + interval '1 hour' END
    FROM ${series};
  INSERT INTO soft_bounces (workspace_id, email_key, moments, updated_at)
    SELECT '${ws}', 'reader-' || i || '@example.com', ARRAY[now()],
      CASE WHEN i % 100 = 50 THEN now() - interval '100 days' ELSE now() END FROM ${series};
  INSERT INTO delivery_counts (workspace_id, hour, sender_profile_id, domain, slot, delivered, bounced, complained)
    SELECT '${ws}', date_trunc('hour', now(), 'UTC') - (i % 100) * interval '1 hour', ${id('sender')},
      'domain-' || i || '.${owner}', 0, 10, i % 2, 0 FROM ${series};
  INSERT INTO marketing_pauses (workspace_id, scope, key, paused_at, delivered, bounced, complained)
    SELECT '${ws}', 'domain', 'domain-' || i || '.${owner}', now(), 10, 10, 0 FROM ${series};
  INSERT INTO unmatched_events (send_id, source_id, body)
    SELECT gen_random_uuid(), 'source-' || i, '{"type":"send","recipients":[]}' FROM ${series};
  INSERT INTO attachments (workspace_id, content_hash, content)
    SELECT '${ws}', sha256(('attachment' || i)::bytea), 'bytes' FROM ${series};
  INSERT INTO bulk_actions (id, workspace_id, simulated, action, filter, idempotency_key, state, matched,
      matched_is_estimate, finished_at)
    SELECT ${id('action')}, '${ws}', false, 'retry', '{}', 'key-' || i,
      CASE WHEN i % 300 = 1 THEN 'running' ELSE 'done' END::"ActionState", 1, false,
      CASE i % 300 WHEN 1 THEN NULL WHEN 50 THEN now() - interval '40 days' ELSE now() END FROM ${series};
  INSERT INTO api_keys (id, workspace_id, name, hash, prefix, mode)
    SELECT gen_random_uuid(), '${ws}', 'key', sha256(('${owner}' || i)::bytea), 'sk', 'live' FROM ${series};`;
};

/** What a test key has made, which lists of live keys do not pass. */
const stagingSql = (owner: Owner) => `
  INSERT INTO profiles (id, workspace_id, external_id, simulated)
    SELECT overlay(${idSql('profile', owner, 'i')}::text PLACING '02' FROM 1 FOR 2)::uuid, '${workspaces[owner]}', 'staging-' || i, true
    FROM generate_series(1, ${staging}) AS i;`;

/** What is left of persons who were erased. */
const erasedSql = (owner: Owner, rows: number) => `
  INSERT INTO erased_unsubscribes (email_key, group_id)
    SELECT 'erased:' || i, ${idSql('group', owner, '1')} FROM generate_series(1, ${rows}) AS i;`;

const sendsSql = (owner: Owner, rows: number, status: StatusSql) => {
  const ws = workspaces[owner];
  const id = (kind: Kind) => idSql(kind, owner, 'i');
  return `
  INSERT INTO email_sends (
    id, workspace_id, batch_id, dialect, lane, status, idempotency_key, fingerprint, template_id, snapshot_id,
    sender_profile_id, from_email, subscription_group_id, profile_id, to_email, to_key, cc, data, tags, message_id,
    scheduled_at, next_attempt_at, sweep_at, in_doubt_since, lease_until, lease_token, attempts, delivery, provider_message_id)
  SELECT id, '${ws}', ${idSql('batch', owner, 'i / 100')}, 'items', 'transactional', status, 'key-' || i,
    sha256('x'), ${idSql('template', owner, '1')}, ${id('snapshot')}, ${id('sender')},
    'sender@domain-' || i || '.${owner}', ${idSql('group', owner, '1')}, ${id('profile')}, 'reader-' || i || '@example.com',
    'reader-' || i || '@example.com', '[{"email":"gone@example.com"}]', '{"name":"Ada"}', '{news}', gen_random_uuid(),
    now() - interval '1 hour', now() - interval '1 hour', CASE WHEN status = 'Processing' AND i % 200 <> 0 THEN now() + interval '1 hour'
         ELSE now() - i * interval '1 second' END,
    CASE WHEN status = 'Processing' AND i % 200 = 0 THEN now() END,
    now() - interval '1 minute', gen_random_uuid(), 1, CASE WHEN i % 2 = 0 THEN 'delivered'::"Delivery" END, 'ses-' || i
  FROM (
    SELECT i, ${id('send')} AS id, (${status})::"SendStatus" AS status FROM generate_series(1, ${rows}) AS i
  ) AS numbered;
  INSERT INTO batches (id, workspace_id, dialect, total, accepted, rejected)
    SELECT ${id('batch')}, '${ws}', 'items', 100, 100, 0 FROM generate_series(0, ${rows} / 100) AS i;
  INSERT INTO send_facets (workspace_id, kind, value, send_id)
    SELECT workspace_id, kind::"FacetKind", value, id FROM email_sends, LATERAL (
      VALUES ('to', to_key), ('batch', batch_id::text), ('tag', 'news'), ('tag_name', 'news'), ('sender', sender_profile_id::text), ('template', template_id::text)
    ) AS facet(kind, value) WHERE workspace_id = '${ws}' AND idempotency_key LIKE 'key-%'
    ON CONFLICT DO NOTHING;
  INSERT INTO send_attempts (send_id, number, lease_token, worker)
    SELECT id, 1, lease_token, 'test' FROM email_sends WHERE workspace_id = '${ws}' AND lease_token IS NOT NULL;
  INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, occurred_at)
    SELECT gen_random_uuid(), workspace_id, id, 'delivery', 'event-' || n, 'm', now()
    FROM email_sends, generate_series(1, 3) AS n WHERE workspace_id = '${ws}' AND status <> 'Processing';`;
};

/** The workspace that is asked about has endpoints of the other mode alone: its own sends are told to nobody. */
const webhooksSql = (owner: Owner, rows: number) => {
  const ws = workspaces[owner];
  const id = (kind: Kind) => idSql(kind, owner, 'i');
  return `
  INSERT INTO webhook_endpoints (id, workspace_id, simulated, url, events, secret)
    SELECT ${id('webhook')}, '${ws}', ${owner === 'own'}, 'https://x', '{*}', 'whsec_' FROM generate_series(1, ${rows}) AS i;
  INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type, send_id, state, attempts, next_attempt_at, lease_token)
    SELECT ${id('notice')}, '${ws}', ${idSql('webhook', owner, 'i % 20 + 1')}, 'email.sent', ${id('send')},
      (ARRAY['pending', 'delivered', 'failed'])[i % 3 + 1]::"NoticeState", 1, now() - i * interval '1 second',
      gen_random_uuid()
    FROM generate_series(1, ${rows}) AS i;
  INSERT INTO webhook_attempts (notice_id, number, started_at, duration_ms, request)
    SELECT ${id('notice')}, n, now(), 1, '{}' FROM generate_series(1, ${rows}) AS i, generate_series(1, 2) AS n;`;
};

const tables = [
  ...['profiles', 'template_snapshots', 'templates', 'sender_profiles', 'domains', 'subscription_groups'],
  ...['subscriptions', 'suppressions', 'attachments', 'api_keys', 'email_sends', 'batches', 'send_facets'],
  ...['send_attempts', 'email_events', 'workspaces', 'soft_bounces', 'delivery_counts', 'marketing_pauses'],
  ...['unmatched_events', 'former_link_secrets', 'webhook_endpoints', 'webhook_notices', 'webhook_attempts'],
  ...['bulk_actions', 'erased_unsubscribes'],
];

/** Fills the tables for a workspace. */
export const fill = (
  url: string,
  owner: Owner,
  options: { readonly rows: number; readonly status: StatusSql },
) =>
  runSql(
    url,
    resourcesSql(owner, options.rows) +
      stagingSql(owner) +
      erasedSql(owner, options.rows) +
      sendsSql(owner, options.rows, options.status) +
      webhooksSql(owner, options.rows),
  );

/** Keeps autovacuum from making statistics of its own. */
export const stopAutovacuum = (url: string) =>
  runSql(url, tables.map((table) => `ALTER TABLE ${table} SET (autovacuum_enabled = false);`).join('\n'));

/** How many of each kind are left on either side of what is taken away. */
const kept = 40;

/** Takes away most rows, all of them from between the first and the last of each kind. */
export const shrink = (url: string) => {
  const isBetween = (column: string, kind: Kind) =>
    `${column} > '${idOf(kind, kept)}' AND ${column} <= '${idOf(kind, size - kept)}'`;
  const from = (table: string, column: string, kind: Kind) =>
    `DELETE FROM ${table} WHERE ${isBetween(column, kind)};`;
  return runSql(
    url,
    [
      ...['email_events', 'send_attempts', 'send_facets'].map((table) => from(table, 'send_id', 'send')),
      from('email_sends', 'id', 'send'),
      from('subscriptions', 'profile_id', 'profile'),
      from('profiles', 'id', 'profile'),
      from('templates', 'id', 'template'),
      from('sender_profiles', 'id', 'sender'),
      from('domains', 'id', 'domain'),
      from('webhook_notices', 'id', 'notice'),
      from('webhook_endpoints', 'id', 'webhook'),
      "DELETE FROM suppressions WHERE email_key > 'gone-2';",
      "DELETE FROM erased_unsubscribes WHERE email_key > 'erased:2';",
    ].join('\n'),
  );
};

/** Gives sends another status, as if time had passed. */
export const setStatus = (url: string, status: StatusSql) =>
  runSql(
    url,
    `UPDATE email_sends SET status = (${status})::"SendStatus",
       sweep_at = CASE WHEN (${status}) = 'Processing' AND i % 200 <> 0 THEN now() + interval '1 hour' ELSE sweep_at END
     FROM (SELECT ${idSql('send', 'own', 'i')} AS id, i FROM generate_series(1, ${size}) AS i) AS numbered
     WHERE email_sends.id = numbered.id`,
  );
