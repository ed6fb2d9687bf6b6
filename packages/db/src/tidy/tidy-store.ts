import { Prisma, type PrismaClient } from '../generated/client.ts';
import { tellSuppressions, toldOf } from '../notify/tell-resources.ts';

/** Rows that one statement takes away. */
const pieceRows = 500;

/** The first rows that match, which nobody else has locked: where they are. */
const first = (rows: Prisma.Sql) =>
  Prisma.sql`ctid = ANY(ARRAY(SELECT ctid FROM ${rows} LIMIT ${pieceRows} FOR UPDATE SKIP LOCKED))`;

/** Takes away what has had its time, in small pieces. */
export class TidyStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Does the next pieces; answers whether there is more to do. Any number may work at once. */
  async tidy(): Promise<boolean> {
    const removed = [
      await this.#endSuppressions(),
      await this.#forgetCounts(),
      await this.#forgetSoftBounces(),
      await this.#forgetActions(),
      await this.#endSessions(),
    ];
    return removed.some((rows) => rows === pieceRows);
  }

  /**
   * Suppressions that have expired hold nothing back any more, of which webhooks are told. An address that was suppressed anew before
   * has another one, and gets no mail as before.
   */
  async #endSuppressions(): Promise<number> {
    const rows = Prisma.sql`suppressions WHERE expires_at <= now() ORDER BY expires_at`;
    const [removed] = await this.#prisma.$queryRaw<{ readonly count: number }[]>`
      /* end_suppressions */
      WITH gone AS (
        DELETE FROM suppressions WHERE ${first(rows)} AND expires_at <= now()
        RETURNING workspace_id, email_key, email, reason
      ), told AS (${tellSuppressions(toldOf(Prisma.sql`gone`), 'suppression.removed')}
      )
      SELECT count(*)::int AS count FROM gone`;
    return removed?.count ?? 0;
  }

  /** Rates are those of a day. */
  #forgetCounts(): Promise<number> {
    const rows = Prisma.sql`delivery_counts WHERE hour < now() - interval '4 days' ORDER BY hour`;
    return this.#prisma.$executeRaw`
      /* forget_counts */
      DELETE FROM delivery_counts WHERE ${first(rows)} AND hour < now() - interval '4 days'`;
  }

  /** No longer than this may soft bounces be counted together. */
  #forgetSoftBounces(): Promise<number> {
    const rows = Prisma.sql`soft_bounces WHERE updated_at < now() - interval '90 days' ORDER BY updated_at`;
    return this.#prisma.$executeRaw`
      /* forget_soft_bounces */
      DELETE FROM soft_bounces WHERE ${first(rows)} AND updated_at < now() - interval '90 days'`;
  }

  /** Whoever asked for an action has long seen what came of it. */
  #forgetActions(): Promise<number> {
    const rows = Prisma.sql`bulk_actions WHERE finished_at < now() - interval '30 days' ORDER BY finished_at`;
    return this.#prisma.$executeRaw`
      /* forget_actions */
      DELETE FROM bulk_actions WHERE ${first(rows)} AND finished_at < now() - interval '30 days'`;
  }

  /** Sessions of the dashboard that are over. */
  #endSessions(): Promise<number> {
    const rows = Prisma.sql`dashboard_sessions WHERE expires_at <= now() ORDER BY expires_at`;
    return this.#prisma.$executeRaw`
      /* end_sessions */
      DELETE FROM dashboard_sessions WHERE ${first(rows)} AND expires_at <= now()`;
  }
}
