import { createGate, looksLikeSessionToken } from '@postroom/core';
import type { DashboardSessionStore, StoredSession } from '@postroom/db';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { type AskedBy, type OwnPage, refuseForeign, refuseOther } from './own-page.ts';
import { sessionTokenOf } from './session-cookie.ts';

/** Sessions that are remembered. */
const maxRemembered = 1_000;

/** Look-ups of tokens that are not remembered: so many at once, and so many in line for them for so long, behind whatever is made up. */
const lookUps = { atOnce: 2, waiting: 10_000, waitMs: 10_000 };

/** Finds the sessions of requests. */
export type Sessions = {
  /** The session of a token, as it was at most so long ago; null: there is none. */
  find(token: string): Promise<StoredSession | null>;
  /** The session of a request of the dashboard's own page; null: it has none. Throws for one of another site, and of a page that shows another workspace. */
  of(request: Request, by?: AskedBy): Promise<StoredSession | null>;
  /** No longer believes a token that was signed out. */
  forget(token: string): void;
};

/** Remembers sessions for `cacheMs`, so that one that has ended, or whose key is revoked, ends within that time. */
export function createSessions({
  store,
  cacheMs,
  page,
}: {
  readonly store: Pick<DashboardSessionStore, 'find'>;
  readonly cacheMs: number;
  readonly page: OwnPage;
}): Sessions {
  const known = new LRUCache<string, StoredSession>({ max: maxRemembered, ttl: cacheMs });
  const gate = createGate(lookUps);
  const find = async (token: string): Promise<StoredSession | null> => {
    if (!looksLikeSessionToken(token)) return null;
    const remembered = known.get(token);
    const session = remembered ?? (await gate(() => store.find(token)));
    if (session === null || session.expiresAt.getTime() <= Date.now()) return null;
    if (remembered === undefined) known.set(token, session);
    return session;
  };
  return {
    find,
    of: async (request, by) => {
      const token = sessionTokenOf(request);
      if (token === null) return null;
      refuseForeign(request, page, by);
      const session = await find(token);
      if (session !== null) refuseOther(request, session.caller);
      return session;
    },
    forget: (token) => void known.delete(token),
  };
}
