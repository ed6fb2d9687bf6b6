import type { NewPause, RateCounts, RatedPart, RateStanding } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { tellPauses } from '../notify/tell-resources.ts';

type StandingRow = RatedPart &
  RateCounts & {
    readonly pausedAt: Date | null;
    readonly resumedAt: Date | null;
    readonly forgivenDelivered: number;
    readonly forgivenBounced: number;
    readonly forgivenComplained: number;
  };

/** Which of a workspace's pauses are meant; none of the three: all of them. */
export type PauseChoice = {
  readonly isOfWorkspace?: boolean;
  readonly senderProfileId?: string | undefined;
  readonly domain?: string | undefined;
};

const toStanding = (row: StandingRow): RateStanding => ({
  workspaceId: row.workspaceId,
  scope: row.scope,
  key: row.key,
  counts: { delivered: row.delivered, bounced: row.bounced, complained: row.complained },
  forgiven: {
    delivered: row.forgivenDelivered,
    bounced: row.forgivenBounced,
    complained: row.forgivenComplained,
  },
  pausedAt: row.pausedAt,
  resumedAt: row.resumedAt,
});

/** The parts of a workspace that one answer tells of, of each kind; those of which most is bad come first. */
const maxParts = 200;

const nobody = '00000000-0000-0000-0000-000000000000';

const isRecent = Prisma.sql`c.hour > now() - interval '24 hours'`;

const isRecentlyForgiven = Prisma.sql`f.key::bigint > extract(epoch FROM now()) - 86400`;

/** What was forgiven of the pause `p`, as far as it is still counted. */
const forgiven = (at: 0 | 1 | 2) => Prisma.sql`coalesce((
  SELECT sum((f.value ->> ${at}::int)::int) FROM jsonb_each(p.forgiven) AS f WHERE ${isRecentlyForgiven}), 0)::int`;

/** What each part of the workspaces `w` has of the last 24 hours. Another part is not there, but for the workspace itself. */
const counted = Prisma.sql`
  SELECT w.id AS workspace_id,
    (CASE WHEN grouping(c.sender_profile_id) = 0 THEN 'sender_profile' WHEN grouping(c.domain) = 0 THEN 'domain'
      ELSE 'workspace' END)::"PauseScope" AS scope,
    coalesce(c.sender_profile_id::text, c.domain, '') AS key,
    coalesce(sum(c.delivered), 0)::int AS delivered, coalesce(sum(c.bounced), 0)::int AS bounced,
    coalesce(sum(c.complained), 0)::int AS complained
  FROM wanted w CROSS JOIN LATERAL (
    SELECT c.sender_profile_id, c.domain, c.delivered, c.bounced, c.complained FROM delivery_counts c
    WHERE c.workspace_id = w.id AND ${isRecent} OFFSET 0
  ) c
  GROUP BY w.id, GROUPING SETS ((), (c.sender_profile_id), (c.domain))
  HAVING grouping(c.sender_profile_id) = 1 OR c.sender_profile_id <> ${nobody}::uuid`;

const standingColumns = Prisma.sql`
  p.paused_at AS "pausedAt", p.resumed_at AS "resumedAt", ${forgiven(0)} AS "forgivenDelivered",
  ${forgiven(1)} AS "forgivenBounced", ${forgiven(2)} AS "forgivenComplained"`;

/** Rates of bounces and complaints, and what is paused because of them. */
export class RateStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Of these workspaces, the parts of which something bounced or was complained about in the last 24 hours. */
  async badStandings(workspaceIds: readonly string[]): Promise<readonly RateStanding[]> {
    const rows = await this.#prisma.$queryRaw<StandingRow[]>`
      /* bad_standings */
      WITH wanted AS MATERIALIZED (SELECT DISTINCT unnest(${[...workspaceIds]}::uuid[]) AS id),
      counted AS MATERIALIZED (${counted})
      SELECT s.workspace_id AS "workspaceId", s.scope::text, s.key, s.delivered, s.bounced, s.complained, ${standingColumns}
      FROM counted s LEFT JOIN LATERAL (
        SELECT * FROM marketing_pauses p
        WHERE p.workspace_id = s.workspace_id AND p.scope = s.scope AND p.key = s.key OFFSET 0
      ) p ON true
      WHERE s.bounced + s.complained > 0`;
    return rows.map(toStanding);
  }

  /** How a workspace, its sender profiles and its domains stand: those that have counts, and those that are paused. */
  async standings(workspaceId: string): Promise<readonly RateStanding[]> {
    const rows = await this.#prisma.$queryRaw<StandingRow[]>`
      /* rate_standings */
      WITH wanted AS MATERIALIZED (SELECT ${workspaceId}::uuid AS id),
      counted AS MATERIALIZED (${counted}),
      held AS MATERIALIZED (SELECT * FROM marketing_pauses WHERE workspace_id = ${workspaceId}::uuid),
      part AS (
        SELECT workspace_id, scope, key FROM counted UNION SELECT workspace_id, scope, key FROM held WHERE resumed_at IS NULL
        UNION SELECT ${workspaceId}::uuid, 'workspace', ''
      ), ranked AS (
        SELECT part.scope, part.key, coalesce(s.delivered, 0) AS delivered, coalesce(s.bounced, 0) AS bounced,
          coalesce(s.complained, 0) AS complained, ${standingColumns},
          row_number() OVER (PARTITION BY part.scope
            ORDER BY (p.paused_at IS NOT NULL AND p.resumed_at IS NULL) DESC, coalesce(s.bounced + s.complained, 0) DESC,
              coalesce(s.delivered, 0) DESC, part.key) AS place
        FROM part LEFT JOIN counted s ON s.scope = part.scope AND s.key = part.key
        LEFT JOIN held p ON p.scope = part.scope AND p.key = part.key
      )
      SELECT ${workspaceId}::uuid AS "workspaceId", scope::text, key, delivered, bounced, complained,
        "pausedAt", "resumedAt", "forgivenDelivered", "forgivenBounced", "forgivenComplained"
      FROM ranked WHERE place <= ${maxParts} ORDER BY scope, place`;
    return rows.map(toStanding);
  }

  /**
   * Pauses those that are not paused yet, and have not been resumed since they were looked at. Answers which, and
   * tells of it.
   */
  async pause(pauses: readonly NewPause[]): Promise<readonly RatedPart[]> {
    const rows = pauses.map(({ workspaceId, scope, key, counts, resumedAt }) => ({
      workspace_id: workspaceId,
      scope,
      key,
      seen_resumed_at: resumedAt?.toISOString() ?? null,
      ...counts,
    }));
    return this.#prisma.$queryRaw<RatedPart[]>`
      /* pause_marketing */
      WITH paused AS (
        INSERT INTO marketing_pauses AS p (workspace_id, scope, key, paused_at, resumed_at, delivered, bounced, complained)
        SELECT workspace_id, scope, key, now(), seen_resumed_at, delivered, bounced, complained
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(workspace_id uuid, scope "PauseScope", key text,
          seen_resumed_at timestamptz(3), delivered int, bounced int, complained int)
        ORDER BY workspace_id, scope, key
        ON CONFLICT (workspace_id, scope, key) DO UPDATE SET
          paused_at = now(), resumed_at = NULL, delivered = excluded.delivered, bounced = excluded.bounced,
          complained = excluded.complained, forgiven = '{}'
        WHERE p.resumed_at = excluded.resumed_at
        RETURNING p.*
      ), told AS (${tellPauses(Prisma.sql`paused`)}
      )
      SELECT workspace_id AS "workspaceId", scope::text, key FROM paused`;
  }

  /** Resumes what is paused, and forgives what was counted of it so far. Answers which. */
  async resume(workspaceId: string, choice: PauseChoice): Promise<readonly RatedPart[]> {
    const { isOfWorkspace = false, senderProfileId = null, domain = null } = choice;
    const isAny = !isOfWorkspace && senderProfileId === null && domain === null;
    return this.#prisma.$queryRaw<RatedPart[]>`
      /* resume_marketing */
      UPDATE marketing_pauses p SET resumed_at = now(), forgiven = coalesce((
        SELECT jsonb_object_agg(h.hour, jsonb_build_array(h.delivered, h.bounced, h.complained)) FROM (
          SELECT extract(epoch FROM c.hour)::bigint::text AS hour, sum(c.delivered) AS delivered,
            sum(c.bounced) AS bounced, sum(c.complained) AS complained
          FROM delivery_counts c
          WHERE c.workspace_id = p.workspace_id AND ${isRecent} AND CASE p.scope
            WHEN 'sender_profile' THEN c.sender_profile_id::text = p.key
            WHEN 'domain' THEN c.domain = p.key ELSE true END
          GROUP BY 1) h), '{}')
      WHERE p.workspace_id = ${workspaceId}::uuid AND p.resumed_at IS NULL AND (${isAny}
        OR (p.scope = 'workspace' AND ${isOfWorkspace})
        OR (p.scope = 'sender_profile' AND p.key = ${senderProfileId}::text)
        OR (p.scope = 'domain' AND p.key = ${domain}::text))
      RETURNING p.workspace_id AS "workspaceId", p.scope::text, p.key`;
  }

  /** Workspaces of which something bounced or was complained about in the last 24 hours, a page at a time. */
  async suspects(after: string | null, limit: number): Promise<readonly string[]> {
    const rows = await this.#prisma.$queryRaw<{ readonly id: string }[]>`
      /* rate_suspects */
      WITH RECURSIVE step AS (
        SELECT (SELECT c.workspace_id FROM delivery_counts c
          WHERE (c.bounced + c.complained) > 0 AND c.workspace_id > coalesce(${after}::uuid, ${nobody}::uuid)
          ORDER BY c.workspace_id, c.hour LIMIT 1) AS id, 1 AS place
        UNION ALL
        SELECT (SELECT c.workspace_id FROM delivery_counts c
          WHERE (c.bounced + c.complained) > 0 AND c.workspace_id > step.id
          ORDER BY c.workspace_id, c.hour LIMIT 1), step.place + 1
        FROM step WHERE step.id IS NOT NULL AND step.place < ${limit}
      )
      SELECT id FROM step WHERE id IS NOT NULL`;
    return rows.map(({ id }) => id);
  }

  /** What became of a workspace's mail in each hour that is kept, oldest first; hours without any are left out. */
  async hours(workspaceId: string): Promise<readonly (RateCounts & { readonly hour: Date })[]> {
    return this.#prisma.$queryRaw`
      SELECT hour, sum(delivered)::int AS delivered, sum(bounced)::int AS bounced, sum(complained)::int AS complained
      FROM delivery_counts WHERE workspace_id = ${workspaceId}::uuid AND hour > now() - interval '4 days'
      GROUP BY hour ORDER BY hour`;
  }

  /** How much of the marketing mail is paused now, by scope. */
  async countPaused(): Promise<readonly { readonly scope: string; readonly count: number }[]> {
    return this.#prisma.$queryRaw`
      SELECT scope::text, count(*)::int AS count FROM marketing_pauses WHERE resumed_at IS NULL GROUP BY scope`;
  }
}
