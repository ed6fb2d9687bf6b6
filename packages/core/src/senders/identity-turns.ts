import { PostroomError } from '../postroom-error.ts';

/**
 * Waits until a workspace may ask SES about an identity; throws `rate_limited` when that is too far off. What has begun, and
 * has spent turns already, waits longer than what is new.
 */
export type TakeTurn = (workspaceId: string, hasBegun?: boolean) => Promise<void>;

/** The turns of one request of a workspace, one after the other: it has begun with its first. */
export function turnsOf(takeTurn: TakeTurn, workspaceId: string): () => Promise<void> {
  let hasBegun = false;
  return async () => {
    await takeTurn(workspaceId, hasBegun);
    hasBegun = true;
  };
}

/** Counts requests of whoever has an id; `resetMs` is what is left until more are allowed. */
type TurnCounter = {
  count(
    id: string,
  ): Promise<
    { readonly kind: 'allowed' | 'unknown' } | { readonly kind: 'refused'; readonly resetMs: number }
  >;
};

export type IdentityTurnsDeps = {
  /** Counts for each workspace. */
  readonly own: TurnCounter;
  /** Counts for all of them together. */
  readonly all: TurnCounter;
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

/** The longest that a request waits for its turn, in milliseconds. */
const longestWaitMs = { new: 2_000, begun: 10_000 } as const;

const tooSoon = (resetMs: number): PostroomError => {
  const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
  return new PostroomError(
    'rate_limited',
    `SES is asked about domains and senders a few times a second for all workspaces: try again in ${retryAfterSeconds} s.`,
    { details: { retryAfterSeconds } },
  );
};

/**
 * Lets workspaces ask SES as often as both counters allow, so that none can use up what SES allows the account. Whom nobody
 * could count is let through, and SES itself says when it is too much.
 */
export function createIdentityTurns({ own, all, monotonicMs, pause }: IdentityTurnsDeps): TakeTurn {
  return async (workspaceId, hasBegun = false) => {
    const giveUpAt = monotonicMs() + longestWaitMs[hasBegun ? 'begun' : 'new'];
    for (const [counter, id] of [[own, workspaceId] as const, [all, 'all'] as const]) {
      for (;;) {
        const verdict = await counter.count(id);
        if (verdict.kind !== 'refused') break;
        if (monotonicMs() + verdict.resetMs > giveUpAt) throw tooSoon(verdict.resetMs);
        await pause(verdict.resetMs);
      }
    }
  };
}
