import { addressKey, pairOfTag } from '@postroom/contracts';
import type { Prisma } from './generated/client.ts';
import type { FacetKind } from './generated/enums.ts';

/** One fact that a send is found by. */
export type Facet = readonly [kind: FacetKind, value: string];

/** What of a send it is found by; what is left out it does not have. */
export type FoundBy = {
  /** Its recipients in `to`, in any case of letters. */
  readonly emails: readonly string[];
  readonly tags: readonly string[];
  readonly templateId?: string | null;
  readonly senderProfileId?: string | null;
  readonly batchId?: string | null;
};

/** Whatever a send is found by beside its status and delivery: it is written, and goes, by this alone. */
export function facetsOf({
  emails,
  tags,
  templateId = null,
  senderProfileId = null,
  batchId = null,
}: FoundBy): readonly Facet[] {
  const names = tags.flatMap((tag) => pairOfTag(tag)?.name ?? []);
  const ids = { template: templateId, sender: senderProfileId, batch: batchId };
  return [
    ...[...new Set(emails.map(addressKey))].map((key): Facet => ['to', key]),
    ...Object.entries(ids).flatMap(([kind, id]) => (id === null ? [] : [[kind, id] as Facet])),
    ...[...new Set(tags)].map((tag): Facet => ['tag', tag]),
    ...[...new Set(names)].map((name): Facet => ['tag_name', name]),
  ];
}

/** A row of `send_facets`. */
export type FacetRow = {
  readonly workspace_id: string;
  readonly simulated: boolean;
  readonly kind: FacetKind;
  readonly value: string;
  readonly send_id: string;
};

/** The rows of a send's facets. */
export const facetRowsOf = (
  { id, workspace_id, simulated }: Pick<FacetRow, 'workspace_id' | 'simulated'> & { readonly id: string },
  facets: readonly Facet[],
): readonly FacetRow[] =>
  facets.map(([kind, value]) => ({ workspace_id, simulated, kind, value, send_id: id }));

/** Removes rows by their keys, each looked up in the one index. */
export const removeFacets = (
  prisma: Pick<Prisma.TransactionClient, '$executeRaw'>,
  rows: readonly FacetRow[],
): Promise<number> => prisma.$executeRaw`
  DELETE FROM send_facets f WHERE f.ctid = ANY(ARRAY(
    SELECT k.ctid FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS g(workspace_id uuid, simulated boolean, kind "FacetKind", value text, send_id uuid)
    CROSS JOIN LATERAL (
      SELECT ctid FROM send_facets WHERE workspace_id = g.workspace_id AND simulated = g.simulated
        AND kind = g.kind AND value = g.value AND send_id = g.send_id OFFSET 0) k))`;
