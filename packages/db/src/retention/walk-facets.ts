import { type FacetRow, removeFacets } from '../facets.ts';
import { Prisma } from '../generated/client.ts';
import type { Met, Walk } from './walk.ts';

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
 * What sends were found by that are gone: versions before this one left senders and names of tags behind. Read along the index
 * alone, and of each its send is looked up by its id: some microseconds a row.
 */
export const facetsWalk: Walk = {
  kind: 'facets',
  take: 5_000,
  most: 1_000,
  follows: false,
  isOnce: true,
  ageMs: ({ sendsMs }) => sendsMs,
  look: (tx, { after }, take) =>
    tx.$queryRaw<Met[]>`
      SELECT ${placeOf} AS place, CASE WHEN EXISTS (SELECT FROM email_sends WHERE id = f.send_id OFFSET 0)
        THEN 'gone' ELSE 'due' END AS state
      FROM send_facets f WHERE ${isBehind(after)}
      ORDER BY f.workspace_id, f.simulated, f.kind, f.value, f.send_id LIMIT ${take}::int`,
  remove: async (tx, places) => {
    await removeFacets(tx, places.map(facetAt));
    return places;
  },
};
