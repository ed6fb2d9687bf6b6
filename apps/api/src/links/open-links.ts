import { setTimeout as sleep } from 'node:timers/promises';
import {
  createEngagementRecorder,
  createLinkKeys,
  type EngagementRecorder,
  type LinkKeys,
  recordEngagements,
} from '@postroom/core';
import {
  type Database,
  EngagementStore,
  EventStore,
  isDatabaseUnavailable,
  LinkKeyStore,
} from '@postroom/db';
import type { Foundation } from '@postroom/process';
import type { ApiMetrics } from '../metrics/metrics.ts';

/** What tracked links stand on. */
export type OpenLinks = { readonly keys: LinkKeys; readonly recorder: EngagementRecorder };

/** Reads the keys of all links, so that links work without the database, and begins to record; ends on the close stack. */
export async function openLinks(
  { prisma, sql }: Pick<Database, 'prisma' | 'sql'>,
  {
    errors,
    closeStack,
    metrics,
  }: Pick<Foundation, 'errors' | 'closeStack'> & { readonly metrics: ApiMetrics },
): Promise<OpenLinks> {
  const events = new EventStore(sql);
  const engagements = new EngagementStore(prisma);
  const store = new LinkKeyStore(prisma);
  const onTrouble = (error: unknown) => errors.note({ event: 'tracking_trouble', error });
  const keys = createLinkKeys({
    load: () => store.load(),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    onTrouble,
  });
  await keys.warm();
  const deps = { engagements, recordEvents: events.record.bind(events) };
  const recorder = createEngagementRecorder({
    record: async (group) => metrics.engaged(await recordEngagements(deps, group)),
    isAway: isDatabaseUnavailable,
    onLost: (count, reason) => metrics.engagementsLost.inc({ reason }, count),
    onTrouble,
    pause: (ms) => sleep(ms),
    random: Math.random,
  });
  closeStack.defer('tracked links', () => recorder.close());
  return { keys, recorder };
}
