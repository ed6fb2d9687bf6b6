import type { EngagedSend } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

type EngagedRow = Omit<EngagedSend, 'clicks'> & {
  readonly clicks: readonly {
    readonly eventId: string;
    readonly link: number;
    readonly atMs: number;
    readonly isMachine: boolean;
  }[];
};

/** More events than any send has that nobody plays with. */
const maxEvents = 1_000;

/** What opens and clicks are judged by. */
export class EngagementStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** What is known of sends; those that are not there are left out. */
  async find(sendIds: readonly string[]): Promise<readonly EngagedSend[]> {
    const rows = await this.#prisma.$queryRaw<EngagedRow[]>`
      /* find_engaged_sends */
      SELECT s.id, s.workspace_id AS "workspaceId", s.sent_at AS "sentAt", e.* FROM unnest(${[...sendIds]}::uuid[]) AS w(id)
      CROSS JOIN LATERAL (SELECT id, workspace_id, sent_at FROM email_sends WHERE id = w.id OFFSET 0) s
      CROSS JOIN LATERAL (
        SELECT min(occurred_at) FILTER (WHERE type = 'delivery') AS "deliveredAt",
          count(*) FILTER (WHERE type IN ('open', 'click') AND detail->>'machine' IS NULL)::int AS people,
          count(*) FILTER (WHERE type IN ('open', 'click') AND detail->>'machine' IS NOT NULL)::int AS machines,
          coalesce(jsonb_agg(jsonb_build_object(
            'eventId', id, 'link', detail->'linkNumber', 'atMs', extract(epoch FROM occurred_at) * 1000,
            'isMachine', detail->>'machine' IS NOT NULL
          )) FILTER (WHERE type = 'click' AND detail ? 'linkNumber' AND occurred_at > now() - interval '1 minute'),
          '[]') AS clicks
        FROM (
          SELECT id, type, occurred_at, detail FROM email_events WHERE send_id = s.id LIMIT ${maxEvents}::int OFFSET 0
        ) e
      ) e`;
    return rows.map(({ clicks, ...send }) => ({
      ...send,
      clicks: clicks.map(({ atMs, ...click }) => ({ ...click, at: new Date(Number(atMs)) })),
    }));
  }

  /** Marks recorded clicks as those of a machine that followed many links at once. */
  async markBurst(eventIds: readonly string[]): Promise<void> {
    await this.#prisma.$executeRaw`
      /* mark_burst */
      UPDATE email_events SET detail = detail || '{"machine":"burst"}' WHERE id = ANY(${[...eventIds]}::uuid[])`;
  }
}
