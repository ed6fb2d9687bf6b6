import { addressKey, sendStatuses } from '@postroom/contracts';
import type { SendOwner, SendsFilter } from '@postroom/core';
import { Prisma } from '../generated/client.ts';
import { firstIdOf, noId } from '../ids-by-time.ts';
import { hides } from '../look-up.ts';
import { hasCause } from './failure-cause.ts';

/** No id comes after it. */
export const pastIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A condition on a column of ids. */
export type IdCondition = (id: Prisma.Sql) => Prisma.Sql;

/** Ids from one up to, and without, another. */
export type IdRange = { readonly from: string; readonly below: string };

/** A range of an index in which ids are in order. */
type Arm = {
  readonly table: Prisma.Sql;
  /** The columns of the index before the id, and their values. */
  readonly columns: readonly Prisma.Sql[];
  readonly values: readonly Prisma.Sql[];
  readonly id: Prisma.Sql;
  /** The least id that it may have, where one is known. */
  readonly least?: Prisma.Sql;
  /** What has to hold of each beside that, where something has. */
  readonly met?: Prisma.Sql;
};

/** One condition of a filter, as the indexes hold it. */
export type Source = {
  /** Together they are all that meets the condition; none where no index holds it. */
  readonly arms: readonly Arm[];
  /** A query for those ids that meet another condition as well. */
  readonly only: (condition: IdCondition) => Prisma.Sql;
  /** Whether all but next to nothing meets it, so that an estimate does without. */
  readonly isNearlyAll?: boolean;
  /** A query for those of the ids that a query answers, at most tens of thousands. */
  readonly among: (ids: Prisma.Sql) => Prisma.Sql;
};

/** A column of sends that lists are narrowed by, which an index has between the owner and the id. */
type ListedColumn = {
  readonly column: Prisma.Sql;
  readonly type: Prisma.Sql;
  readonly values: readonly string[];
};

const status = { column: Prisma.sql`s.status`, type: Prisma.sql`"SendStatus"` };
const delivered = { column: Prisma.sql`s.delivery`, type: Prisma.sql`"Delivery"` };

function rowSource({ workspaceId, isSimulated }: SendOwner, { column, type, values }: ListedColumn): Source {
  const rows = Prisma.sql`email_sends s
    WHERE s.workspace_id = ${workspaceId}::uuid AND s.simulated = ${isSimulated}::boolean AND ${column} =`;
  const id = Prisma.sql`s.id`;
  const list = Prisma.sql`${[...values]}::${type}[]`;
  return {
    arms: values.map((value) => ({
      table: Prisma.sql`email_sends s`,
      columns: [Prisma.sql`s.workspace_id`, Prisma.sql`s.simulated`, column],
      values: [
        Prisma.sql`${workspaceId}::uuid`,
        Prisma.sql`${isSimulated}::boolean`,
        Prisma.sql`${value}::${type}`,
      ],
      id,
    })),
    // The values are out of the planner's sight, or it would take the sweeper's index of what waits for a short one.
    among: (ids) =>
      Prisma.sql`SELECT s.id FROM ${rows} ANY(ARRAY(SELECT unnest(${list}))) AND s.id = ANY(ARRAY(${ids}))`,
    only: (condition) => Prisma.sql`SELECT s.id FROM ${rows} ANY(${list}) AND ${condition(id)}`,
  };
}

/** What failed so, or since, and what bounced so. That they failed, or bounced, is another condition. */
const unindexed = ({ failureCause, failedFrom, isSoftBounce }: SendsFilter): readonly Prisma.Sql[] => [
  ...(failedFrom === undefined ? [] : [Prisma.sql`s.updated_at >= ${failedFrom.toISOString()}::timestamptz`]),
  ...(failureCause === undefined ? [] : [hasCause(Prisma.sql`s.failure_message`, failureCause)]),
  ...(isSoftBounce === undefined
    ? []
    : [Prisma.sql`coalesce(s.bounce_is_soft, false) = ${isSoftBounce}::boolean`]),
];

/**
 * What no index holds: it has no arms, and is looked at in the rows of those that meet every other condition.
 */
function rowsMeeting({ workspaceId, isSimulated }: SendOwner, conditions: readonly Prisma.Sql[]): Source {
  const owned = Prisma.sql`s.workspace_id = ${workspaceId}::uuid AND s.simulated = ${isSimulated}::boolean`;
  const met = Prisma.join([owned, ...conditions], ' AND ');
  return {
    arms: [],
    // By its id alone: a row that is found is looked at, and nothing else is walked for it.
    among: (ids) => Prisma.sql`
      SELECT s.id FROM (${ids}) AS found CROSS JOIN LATERAL (
        SELECT * FROM email_sends WHERE id = found.id OFFSET 0) AS s WHERE ${met}`,
    only: (condition) =>
      Prisma.sql`SELECT s.id FROM email_sends s WHERE ${met} AND ${condition(Prisma.sql`s.id`)}`,
  };
}

/** Each send has at most one facet of a kind that is looked for by several values. */
type Facet = {
  readonly kind: 'to' | 'template' | 'batch' | 'tag' | 'tag_name' | 'sender';
  readonly values: readonly string[];
};

/** That a send is there: a version before this one left some behind of what sends were found by that are gone. */
const hasSend: IdCondition = (id) => Prisma.sql`EXISTS (SELECT FROM email_sends WHERE id = ${id} OFFSET 0)`;

/** That the send of the facet `f` is there and of that sender: a version before this one did not move it with a retry. */
const isOfItsSender = Prisma.sql`
  (SELECT sender_profile_id::text FROM email_sends WHERE id = f.send_id OFFSET 0) ${hides} f.value`;

/**
 * The oldest send of an owner, a step down the index of statuses each. What was left behind goes with retention, which begins with
 * the oldest: nearly all of it is older.
 */
const oldestSendOf = ({ workspaceId, isSimulated }: SendOwner): Prisma.Sql => Prisma.sql`coalesce((
  SELECT first.id FROM unnest(enum_range(NULL::"SendStatus")) AS one(status) CROSS JOIN LATERAL (
    SELECT s.id FROM email_sends s
    WHERE s.status >= one.status
      AND (s.workspace_id, s.simulated, s.status, s.id)
        >= (${workspaceId}::uuid, ${isSimulated}::boolean, one.status, ${noId}::uuid)
      AND (s.workspace_id, s.simulated, s.status, s.id)
        < (${workspaceId}::uuid, ${isSimulated}::boolean, one.status, ${pastIds}::uuid)
    ORDER BY s.workspace_id, s.simulated, s.status, s.id LIMIT 1) AS first
  ORDER BY first.id LIMIT 1), ${pastIds}::uuid)`;

/** What is found by several facets alone, where its sends are looked at for nothing else. */
const thatAreThere: Source = {
  arms: [],
  isNearlyAll: true,
  among: (ids) => Prisma.sql`SELECT found.id FROM (${ids}) AS found WHERE ${hasSend(Prisma.sql`found.id`)}`,
  only: (condition) => Prisma.sql`SELECT s.id FROM email_sends s WHERE ${condition(Prisma.sql`s.id`)}`,
};

/** `isOnly`: no other condition will have the sends themselves looked at. */
function facetSource(owner: SendOwner, { kind, values }: Facet, isOnly: boolean): Source {
  const { workspaceId, isSimulated } = owner;
  const [only] = values;
  const isOne = values.length === 1 && only !== undefined;
  const isAsked = isOne ? Prisma.sql`= ${only}::text` : Prisma.sql`= ANY(${[...values]}::text[])`;
  const from = Prisma.sql`send_facets f WHERE f.workspace_id = ${workspaceId}::uuid
    AND f.simulated = ${isSimulated}::boolean AND f.kind = ${kind}::"FacetKind" AND f.value ${isAsked}`;
  const id = Prisma.sql`f.send_id`;
  const isSender = kind === 'sender';
  const isTrue = isSender ? isOfItsSender : Prisma.sql`true`;
  return {
    arms: values.map((value) => ({
      table: Prisma.sql`send_facets f`,
      columns: [Prisma.sql`f.workspace_id`, Prisma.sql`f.simulated`, Prisma.sql`f.kind`, Prisma.sql`f.value`],
      values: [
        Prisma.sql`${workspaceId}::uuid`,
        Prisma.sql`${isSimulated}::boolean`,
        Prisma.sql`${kind}::"FacetKind"`,
        Prisma.sql`${value}::text`,
      ],
      id,
      least: oldestSendOf(owner),
      met: isOnly && !isSender ? hasSend(id) : isTrue,
    })),
    among: (ids) =>
      Prisma.sql`SELECT f.send_id AS id FROM ${from} AND f.send_id = ANY(ARRAY(${ids})) AND ${isTrue}`,
    only: (condition) => Prisma.sql`SELECT f.send_id AS id FROM ${from} AND ${condition(id)}`,
  };
}

function askedFacets(filter: SendsFilter): Facet[] {
  const { to, tag, tagName, templateId, batchId, senderProfileIds } = filter;
  const one = (value: string | undefined) => (value === undefined ? undefined : [value]);
  const facets: readonly { readonly kind: Facet['kind']; readonly values: readonly string[] | undefined }[] =
    [
      { kind: 'to', values: one(to === undefined ? undefined : addressKey(to)) },
      { kind: 'template', values: one(templateId) },
      { kind: 'batch', values: one(batchId) },
      { kind: 'tag', values: one(tag) },
      { kind: 'tag_name', values: one(tagName) },
      { kind: 'sender', values: senderProfileIds && [...new Set(senderProfileIds)] },
    ];
  return facets.flatMap(({ kind, values }) => (values === undefined ? [] : [{ kind, values }]));
}

/** The conditions of a filter but for the times and the ids; at least one. A filter without any is one of every status. */
export function sourcesOf(owner: SendOwner, filter: SendsFilter): readonly [Source, ...Source[]] {
  const deliveries = filter.isSoftBounce === undefined ? filter.deliveries : (['bounced'] as const);
  const isFailed = filter.failureCause !== undefined || filter.failedFrom !== undefined;
  const statuses = isFailed
    ? (filter.statuses ?? sendStatuses).filter((name) => name === 'Failed')
    : filter.statuses;
  const rows: readonly ListedColumn[] = [
    ...(statuses === undefined ? [] : [{ ...status, values: [...new Set(statuses)] }]),
    ...(deliveries === undefined ? [] : [{ ...delivered, values: [...new Set(deliveries)] }]),
  ];
  const asked = askedFacets(filter);
  const conditions = unindexed(filter);
  const isOfFacets = rows.length === 0 && conditions.length === 0;
  const facets = asked.map((facet) => facetSource(owner, facet, isOfFacets && asked.length === 1));
  const looked = [
    ...(conditions.length === 0 ? [] : [rowsMeeting(owner, conditions)]),
    ...(isOfFacets && asked.length > 1 && filter.senderProfileIds === undefined ? [thatAreThere] : []),
  ];
  const [first, ...others] = [...rows.map((row) => rowSource(owner, row)), ...facets, ...looked];
  return first === undefined ? [rowSource(owner, { ...status, values: sendStatuses })] : [first, ...others];
}

/** The id after an id. */
export function nextId(id: string): string {
  const hex = (BigInt(`0x${id.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The times and the id of a filter, and where a page begins, as bounds of the ids: an id holds its send's millisecond. */
export function createdWithin({ createdFrom, createdBefore, id }: SendsFilter, below = pastIds): IdRange {
  const from = createdFrom === undefined ? noId : firstIdOf(createdFrom);
  const before = createdBefore === undefined ? pastIds : firstIdOf(createdBefore);
  return {
    from: [from, id ?? noId].sort()[1] ?? from,
    below: [before, below, id === undefined ? pastIds : nextId(id)].sort()[0] ?? below,
  };
}

/** A range of ids as a condition. */
export const isWithin =
  ({ from, below }: IdRange): IdCondition =>
  (id) =>
    Prisma.sql`${id} >= ${from}::uuid AND ${id} < ${below}::uuid`;
