import { maxWorkspaceCount, type SendStatus, sendStatuses } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { firstIdOf, noId } from '../ids-by-time.ts';
import { inOrder, unseen } from '../look-up.ts';
import { pastIds } from '../read/send-filter.ts';
import { type Page, type PageRequest, toPage } from './page.ts';

/** A tenant, by its name. */
type StoredWorkspace = {
  readonly id: string;
  readonly name: string;
  readonly isDefault: boolean;
  readonly createdAt: Date;
};

/** The same with its sends by status, each counted up to 1,000: what is not finished, and the rest of a day. */
export type CountedWorkspace = StoredWorkspace & { readonly counts: Readonly<Record<SendStatus, number>> };

const columns = Prisma.sql`w.id, w.name, w.is_default AS "isDefault", w.created_at AS "createdAt"`;

/** Workspaces, of which an installation has one unless somebody makes more. */
export class WorkspaceStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** The id of the default workspace, which is made on first use. Safe to call from several processes at once. */
  async ensureDefault(): Promise<string> {
    await this.#prisma.$executeRaw`
      INSERT INTO workspaces (id, name, is_default) VALUES (${newId()}::uuid, 'Default', true)
      ON CONFLICT DO NOTHING`;
    const { id } = await this.#prisma.workspace.findFirstOrThrow({
      where: { isDefault: true },
      select: { id: true },
    });
    return id;
  }

  /** Makes a workspace that has nothing yet, and answers its id. */
  async create(name: string): Promise<string> {
    const { id } = await this.#prisma.workspace.create({ data: { id: newId(), name }, select: { id: true } });
    return id;
  }

  /** Whether there is such a workspace. */
  async exists(id: string): Promise<boolean> {
    return (await this.#prisma.workspace.findUnique({ where: { id }, select: { id: true } })) !== null;
  }

  /** Whether there is no other workspace than one, so that numbers of the installation are numbers of it. */
  async isOnlyOne(): Promise<boolean> {
    return (await this.#prisma.workspace.findMany({ select: { id: true }, take: 2 })).length < 2;
  }

  /** What some of them are called. */
  async namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = await this.#prisma.workspace.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, name: true },
    });
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  /** Those of a mode's numbers, the oldest workspace first. At most 7,000 index entries are read of each. */
  async list(
    { limit, cursor = noId }: PageRequest,
    { isSimulated, since }: { readonly isSimulated: boolean; readonly since: Date },
  ): Promise<Page<CountedWorkspace>> {
    const simulated = unseen(Prisma.sql`${isSimulated}::boolean`);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<CountedWorkspace[]>`
      SELECT ${columns}, c.counts FROM (
        SELECT * FROM workspaces WHERE id > ${cursor}::uuid ORDER BY id LIMIT ${limit + 1}::int
      ) w CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(st.status, n.count) AS counts
        FROM (SELECT status, CASE WHEN status IN ('Scheduled', 'Queued', 'Processing') THEN ${noId}::uuid
            ELSE ${firstIdOf(since)}::uuid END AS since
          FROM unnest(${[...sendStatuses]}::"SendStatus"[]) AS status) AS st
        CROSS JOIN LATERAL (
          SELECT count(*)::int AS count FROM (
            SELECT FROM email_sends s WHERE s.status >= st.status
              AND (s.workspace_id, s.simulated, s.status, s.id) >= (w.id, ${simulated}, st.status, st.since)
              AND (s.workspace_id, s.simulated, s.status, s.id) < (w.id, ${simulated}, st.status, ${pastIds}::uuid)
            ORDER BY s.workspace_id, s.simulated, s.status, s.id LIMIT ${maxWorkspaceCount}::int) AS counted
        ) AS n
      ) AS c ORDER BY w.id`,
    );
    return toPage(rows, limit, (row) => row);
  }
}
