import { addressKey, type SendStatus, sendStatuses } from '@postroom/contracts';
import type { SendOwner } from '@postroom/core';
import { Prisma } from '../generated/client.ts';
import { firstIdOf, noId } from '../ids-by-time.ts';

/** What sends are narrowed to; every condition that is given has to hold. */
export type SendsFilter = {
  readonly statuses?: readonly SendStatus[] | undefined;
  /** Any of the recipients in `to`; addresses are compared without their letters' case. */
  readonly to?: string | undefined;
  readonly tag?: string | undefined;
  readonly templateId?: string | undefined;
  readonly batchId?: string | undefined;
  /** Created at this moment or later, in whole milliseconds. */
  readonly createdFrom?: Date | undefined;
  /** Created before this moment: of windows that touch, each send is in exactly one. */
  readonly createdBefore?: Date | undefined;
};

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
};

/** One condition of a filter, as the indexes hold it. */
export type Source = {
  /** Together they are all that meets the condition. */
  readonly arms: readonly Arm[];
  /** A query for those ids that meet another condition as well. */
  readonly only: (condition: IdCondition) => Prisma.Sql;
  /** A query for those of the ids that a query answers, at most tens of thousands. */
  readonly among: (ids: Prisma.Sql) => Prisma.Sql;
};

function statusSource({ workspaceId, isSimulated }: SendOwner, statuses: readonly SendStatus[]): Source {
  const rows = Prisma.sql`email_sends s
    WHERE s.workspace_id = ${workspaceId}::uuid AND s.simulated = ${isSimulated}::boolean AND s.status =`;
  const id = Prisma.sql`s.id`;
  const list = Prisma.sql`${[...statuses]}::"SendStatus"[]`;
  return {
    arms: statuses.map((status) => ({
      table: Prisma.sql`email_sends s`,
      columns: [Prisma.sql`s.workspace_id`, Prisma.sql`s.simulated`, Prisma.sql`s.status`],
      values: [
        Prisma.sql`${workspaceId}::uuid`,
        Prisma.sql`${isSimulated}::boolean`,
        Prisma.sql`${status}::"SendStatus"`,
      ],
      id,
    })),
    // The statuses are out of the planner's sight, or it would take the sweeper's index of what waits for a short one.
    among: (ids) =>
      Prisma.sql`SELECT s.id FROM ${rows} ANY(ARRAY(SELECT unnest(${list}))) AND s.id = ANY(ARRAY(${ids}))`,
    only: (condition) => Prisma.sql`SELECT s.id FROM ${rows} ANY(${list}) AND ${condition(id)}`,
  };
}

type Facet = { readonly kind: 'to' | 'template' | 'batch' | 'tag'; readonly value: string };

function facetSource({ workspaceId, isSimulated }: SendOwner, { kind, value }: Facet): Source {
  const from = Prisma.sql`send_facets f WHERE f.workspace_id = ${workspaceId}::uuid
    AND f.simulated = ${isSimulated}::boolean AND f.kind = ${kind}::"FacetKind" AND f.value = ${value}::text`;
  const id = Prisma.sql`f.send_id`;
  return {
    arms: [
      {
        table: Prisma.sql`send_facets f`,
        columns: [
          Prisma.sql`f.workspace_id`,
          Prisma.sql`f.simulated`,
          Prisma.sql`f.kind`,
          Prisma.sql`f.value`,
        ],
        values: [
          Prisma.sql`${workspaceId}::uuid`,
          Prisma.sql`${isSimulated}::boolean`,
          Prisma.sql`${kind}::"FacetKind"`,
          Prisma.sql`${value}::text`,
        ],
        id,
      },
    ],
    among: (ids) => Prisma.sql`SELECT f.send_id AS id FROM ${from} AND f.send_id = ANY(ARRAY(${ids}))`,
    only: (condition) => Prisma.sql`SELECT f.send_id AS id FROM ${from} AND ${condition(id)}`,
  };
}

function facetsOf({ to, tag, templateId, batchId }: SendsFilter): Facet[] {
  const facets: readonly { readonly kind: Facet['kind']; readonly value: string | undefined }[] = [
    { kind: 'to', value: to === undefined ? undefined : addressKey(to) },
    { kind: 'template', value: templateId },
    { kind: 'batch', value: batchId },
    { kind: 'tag', value: tag },
  ];
  return facets.flatMap(({ kind, value }) => (value === undefined ? [] : [{ kind, value }]));
}

/** The conditions of a filter but for the times; at least one. A filter without any is one of every status. */
export function sourcesOf(owner: SendOwner, filter: SendsFilter): readonly [Source, ...Source[]] {
  const statuses = filter.statuses === undefined ? [] : [statusSource(owner, [...new Set(filter.statuses)])];
  const facets = facetsOf(filter).map((facet) => facetSource(owner, facet));
  const [first, ...others] = [...statuses, ...facets];
  return first === undefined ? [statusSource(owner, sendStatuses)] : [first, ...others];
}

const pastIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The times of a filter, and where a page begins, as bounds of the ids: an id holds its send's millisecond. */
export function createdWithin({ createdFrom, createdBefore }: SendsFilter, below = pastIds): IdRange {
  const before = createdBefore === undefined ? pastIds : firstIdOf(createdBefore);
  return {
    from: createdFrom === undefined ? noId : firstIdOf(createdFrom),
    below: [before, below].sort()[0] ?? below,
  };
}

/** A range of ids as a condition. */
export const isWithin =
  ({ from, below }: IdRange): IdCondition =>
  (id) =>
    Prisma.sql`${id} >= ${from}::uuid AND ${id} < ${below}::uuid`;
