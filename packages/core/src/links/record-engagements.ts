import type { ProviderEvent } from '../send/provider-outcome.ts';
import { type EngagedSend, type Engagement, judgeEngagements } from './engagement.ts';

/** What recording engagements stands on. */
export type RecordEngagementsDeps = {
  readonly engagements: {
    /** Sends that are not there are left out. */
    find(sendIds: readonly string[]): Promise<readonly EngagedSend[]>;
    /** Marks recorded clicks as a machine's. */
    markBurst(eventIds: readonly string[]): Promise<void>;
  };
  readonly recordEvents: (events: readonly ProviderEvent[]) => Promise<unknown>;
};

/** Judges a group of engagements and records them; told again, the same ones change nothing. Answers the events. */
export async function recordEngagements(
  { engagements, recordEvents }: RecordEngagementsDeps,
  group: readonly Engagement[],
): Promise<readonly ProviderEvent[]> {
  const bySend = new Map<string, Engagement[]>();
  for (const engagement of group) {
    const ofSend = bySend.get(engagement.sendId);
    if (ofSend === undefined) bySend.set(engagement.sendId, [engagement]);
    else ofSend.push(engagement);
  }
  const sends = await engagements.find([...bySend.keys()]);
  // A key speaks for the sends of its own workspace alone.
  const ofOwner = ({ id, workspaceId }: EngagedSend) =>
    (bySend.get(id) ?? []).filter((engagement) => engagement.workspaceId === workspaceId);
  const judged = sends.map((send) => judgeEngagements(send, ofOwner(send)));
  const events = judged.flatMap((one) => one.events);
  const burstEventIds = judged.flatMap((one) => one.burstEventIds);
  if (events.length > 0) await recordEvents(events);
  if (burstEventIds.length > 0) await engagements.markBurst(burstEventIds);
  return events;
}
