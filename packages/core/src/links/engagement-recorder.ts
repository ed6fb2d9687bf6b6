import { type BackOff, backOffMs } from '../deliver/back-off.ts';
import { type Engagement, sourceIdOf } from './engagement.ts';

/** Takes engagements down without keeping whoever clicked waiting. */
export type EngagementRecorder = {
  /** Never waits and never throws. */
  note(engagement: Engagement): void;
  /** Tries once to record what waits. */
  close(): Promise<void>;
};

/** What a recorder stands on. */
export type EngagementRecorderDeps = {
  readonly record: (group: readonly Engagement[]) => Promise<unknown>;
  /** Whether an error says that the database is away, and nothing of what it was given. */
  readonly isAway: (error: unknown) => boolean;
  /** Hears of engagements that are not recorded, and why. */
  readonly onLost: (count: number, reason: 'no_room' | 'refused' | 'stopped') => void;
  readonly onTrouble: (error: unknown) => void;
  readonly pause: (ms: number) => Promise<void>;
  readonly random: () => number;
};

/** How long engagements gather before they are recorded together, in milliseconds. */
const gatherMs = 200;

/** Recorded in one statement at most. */
const groupSize = 500;

/** What may wait while the database is away: some minutes of an ordinary day, in 16 MiB at most. */
const room = { engagements: 10_000, characters: 8 * 1024 * 1024 };

const whileAway: BackOff = { baseMs: 250, maxMs: 5_000 };

const sizeOf = ({ click, userAgent }: Engagement) =>
  200 + (click?.url.length ?? 0) + (userAgent?.length ?? 0);

function firstOf<Key, Value>(map: ReadonlyMap<Key, Value>, count: number): (readonly [Key, Value])[] {
  const first: (readonly [Key, Value])[] = [];
  for (const entry of map) {
    if (first.length === count) break;
    first.push(entry);
  }
  return first;
}

type RecordDeps = Pick<EngagementRecorderDeps, 'record' | 'isAway' | 'onTrouble' | 'onLost'>;

async function recordOneByOne(deps: RecordDeps, group: readonly Engagement[]): Promise<void> {
  for (const engagement of group) {
    try {
      await deps.record([engagement]);
    } catch (error) {
      if (deps.isAway(error)) throw error;
      deps.onTrouble(error);
      deps.onLost(1, 'refused');
    }
  }
}

/** Records a group, and what the database refuses of it one by one. Rejects while it is away. */
async function recordGroup(deps: RecordDeps, group: readonly Engagement[]): Promise<void> {
  try {
    await deps.record(group);
  } catch (error) {
    if (deps.isAway(error)) throw error;
    await recordOneByOne(deps, group);
  }
}

/**
 * Gathers engagements and records them in groups, one group at a time. While the database is away they wait, in bounded
 * memory, and what finds no room is lost; so is what waits when the process dies. What the database refuses is recorded one
 * by one, so that it takes nothing else with it.
 */
export function createEngagementRecorder(deps: EngagementRecorderDeps): EngagementRecorder {
  const waiting = new Map<string, Engagement>();
  let characters = 0;
  let running: Promise<void> | null = null;
  let isClosed = false;

  const forget = (group: readonly (readonly [string, Engagement])[]) => {
    for (const [key, engagement] of group) if (waiting.delete(key)) characters -= sizeOf(engagement);
  };
  const run = async () => {
    let failures = 0;
    while (waiting.size > 0) {
      if (!isClosed)
        await deps.pause(failures === 0 ? gatherMs : backOffMs(whileAway, failures, deps.random()));
      const group = firstOf(waiting, groupSize);
      try {
        await recordGroup(
          deps,
          group.map(([, engagement]) => engagement),
        );
        forget(group);
        failures = 0;
      } catch (error) {
        deps.onTrouble(error);
        failures += 1;
        if (isClosed) break;
      }
    }
    // In the same moment as the look at what waits: nobody may come in between.
    running = null;
  };

  return {
    note: (engagement) => {
      const key = `${engagement.sendId}/${sourceIdOf(engagement)}`;
      if (waiting.has(key)) return;
      const size = sizeOf(engagement);
      if (isClosed || waiting.size >= room.engagements || characters + size > room.characters) {
        deps.onLost(1, isClosed ? 'stopped' : 'no_room');
        return;
      }
      waiting.set(key, engagement);
      characters += size;
      running ??= run();
    },
    close: async () => {
      isClosed = true;
      await running;
      if (waiting.size > 0) await run();
      if (waiting.size > 0) deps.onLost(waiting.size, 'stopped');
      waiting.clear();
    },
  };
}
