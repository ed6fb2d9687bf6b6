import { type Caller, hashApiKey, type KeyMode, sessionMs } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** A session, and the key that it was opened with. */
export type StoredSession = {
  readonly caller: Caller;
  readonly keyName: string;
  readonly workspaceName: string;
  readonly expiresAt: Date;
};

type SessionRow = Caller & Omit<StoredSession, 'caller'>;

/** A key has at most so many sessions at once: the oldest make way. */
const maxPerKey = 20;

/** Browsers that are signed in to the dashboard; only the hashes of their tokens are kept. */
export class DashboardSessionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Opens a session of twelve hours, and closes what a key has too many of; answers whether it did, for a key that is not revoked. */
  async open(keyId: string, token: string): Promise<boolean> {
    const expiresAt = new Date(Date.now() + sessionMs).toISOString();
    const opened = await this.#prisma.$executeRaw`
      INSERT INTO dashboard_sessions (hash, api_key_id, expires_at)
      SELECT ${hashApiKey(token)}, id, ${expiresAt}::timestamptz FROM api_keys
      WHERE id = ${keyId}::uuid AND revoked_at IS NULL`;
    if (opened === 0) return false;
    await this.#prisma.$executeRaw`
      DELETE FROM dashboard_sessions WHERE hash IN (
        SELECT hash FROM dashboard_sessions WHERE api_key_id = ${keyId}::uuid
        ORDER BY created_at DESC, hash OFFSET ${maxPerKey}::int)`;
    return true;
  }

  /** The session of a token; null when it is unknown, is over, or its key is revoked. */
  async find(token: string): Promise<StoredSession | null> {
    const [row] = await this.#prisma.$queryRaw<(SessionRow & { readonly mode: KeyMode })[]>`
      SELECT k.id AS "keyId", k.workspace_id AS "workspaceId", k.scopes, k.mode::text,
        k.sender_profile_ids AS "senderProfileIds", k.name AS "keyName",
        w.name AS "workspaceName", s.expires_at AS "expiresAt"
      FROM dashboard_sessions s JOIN api_keys k ON k.id = s.api_key_id JOIN workspaces w ON w.id = k.workspace_id
      WHERE s.hash = ${hashApiKey(token)} AND s.expires_at > now() AND k.revoked_at IS NULL`;
    if (row === undefined) return null;
    const { keyName, workspaceName, expiresAt, ...caller } = row;
    return { caller, keyName, workspaceName, expiresAt };
  }

  /** Closes a session, if there is one. */
  async close(token: string): Promise<void> {
    await this.#prisma.dashboardSession.deleteMany({ where: { hash: hashApiKey(token) } });
  }
}
