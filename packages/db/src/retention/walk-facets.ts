import { type FacetRow, removeFacets } from '../facets.ts';
import { Prisma } from '../generated/client.ts';
import type { Met, Tx, Walk } from './walk.ts';

type Place = readonly [
  workspaceId: string,
  simulated: boolean,
  kind: FacetRow['kind'],
  value: string,
  sendId: string,
];

/** A row's place, as one text. */
const placeOf = Prisma.sql`json_build_array(f.workspace_id, f.simulated, f.kind, f.value, f.send_id)::text`;

const facetAt = (place: string): FacetRow => {
  const [workspaceId, simulated, kind, value, sendId]: Place = JSON.parse(place);
  return { workspace_id: workspaceId, simulated, kind, value, send_id: sendId };
};

/** Behind a place, in the order of the index; from its beginning where there is none. */
function isBehind(place: string | null): Prisma.Sql {
  if (place === null) return Prisma.sql`true`;
  const { workspace_id, simulated, kind, value, send_id } = facetAt(place);
  return Prisma.sql`(f.workspace_id, f.simulated, f.kind, f.value, f.send_id)
    > (${workspace_id}::uuid, ${simulated}::boolean, ${kind}::"FacetKind", ${value}::text, ${send_id}::uuid)`;
}

/**
 * The next facets with what their sends say by now. The retried ones are locked before: a retry moves what they are found by.
 */
async function lookAtFacets(tx: Tx, after: string | null, take: number): Promise<readonly Met[]> {
  const page = Prisma.sql`
    SELECT f.*, s.id AS found, s.epoch > 0 AS is_retried, s.sender_profile_id::text AS sender FROM (
      SELECT * FROM send_facets f WHERE ${isBehind(after)}
      ORDER BY f.workspace_id, f.simulated, f.kind, f.value, f.send_id LIMIT ${take}::int) AS f
    LEFT JOIN LATERAL (
      SELECT id, epoch, sender_profile_id FROM email_sends WHERE id = f.send_id OFFSET 0) AS s ON true`;
  await tx.$executeRaw`
    SELECT id FROM email_sends WHERE id = ANY(ARRAY(SELECT found FROM (${page}) AS f WHERE is_retried))
    ORDER BY id FOR NO KEY UPDATE`;
  return tx.$queryRaw<Met[]>`
    WITH looked AS MATERIALIZED (${page}), added AS (
      INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
      SELECT DISTINCT workspace_id, simulated, 'sender'::"FacetKind", sender, send_id FROM looked
      WHERE is_retried AND sender IS NOT NULL
      ON CONFLICT DO NOTHING
    )
    SELECT ${placeOf} AS place, CASE WHEN found IS NULL OR (kind = 'sender' AND sender IS DISTINCT FROM value)
      THEN 'due' ELSE 'gone' END AS state
    FROM looked f ORDER BY f.workspace_id, f.simulated, f.kind, f.value, f.send_id`;
}

/**
 * What versions before this one left behind: what sends were found by that are gone, and senders that retried sends no more have;
 * those that they have instead are added. Read along the index alone, and of each its send is looked up by its id: some
 * microseconds a row. However long sends are kept: what was left behind may be of when they were not.
 */
export const facetsWalk: Walk = {
  kind: 'facets',
  take: 5_000,
  most: 1_000,
  follows: false,
  isOnce: true,
  ageMs: () => 0,
  look: (tx, { after }, take) => lookAtFacets(tx, after, take),
  remove: async (tx, places) => {
    await removeFacets(tx, places.map(facetAt));
    return places;
  },
};
