import type { ErasureResource } from '@postroom/contracts';
import type { StoredErasure } from '@postroom/db';

/** How far the erasure of a person is. */
export function presentErasure({ id, stage, counts, createdAt, finishedAt }: StoredErasure): ErasureResource {
  const countOf = (kind: string): number => counts[kind] ?? 0;
  return {
    id,
    status: stage === 'done' ? 'done' : 'running',
    counts: {
      sends: countOf('sends'),
      canceled: countOf('canceled'),
      copies: countOf('copies'),
      mentions: countOf('mentions'),
      events: countOf('events'),
      notices: countOf('notices'),
      bodies: countOf('bodies'),
      attachments: countOf('attachments'),
      profiles: countOf('profiles'),
      subscriptions: countOf('subscriptions'),
      suppressions: countOf('suppressions'),
    },
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
