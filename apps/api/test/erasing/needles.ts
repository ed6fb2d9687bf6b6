import type { TestApi } from '../start-api.ts';

/** The tables of a database, and of each the rows that hold a text in any column, as it is or as bytes. */
export async function tablesHolding(
  { prisma }: TestApi,
  needle: string,
  workspaceId: string,
): Promise<Readonly<Record<string, number>>> {
  const tables = await prisma.$queryRaw<{ readonly name: string; readonly of_workspace: boolean }[]>`
    SELECT t.table_name AS name, EXISTS (
      SELECT FROM information_schema.columns c WHERE c.table_schema = t.table_schema
        AND c.table_name = t.table_name AND c.column_name = 'workspace_id') AS of_workspace
    FROM information_schema.tables t
    WHERE t.table_schema = current_schema() AND t.table_type = 'BASE TABLE' ORDER BY 1`;
  const found: Record<string, number> = {};
  for (const { name, of_workspace } of tables) {
    const own = of_workspace ? `x.workspace_id = '${workspaceId}' AND` : '';
    const [row] = await prisma.$queryRawUnsafe<{ readonly count: bigint }[]>(
      `SELECT count(*) FROM "${name}" x WHERE ${own} (strpos(lower(x::text COLLATE "C"), lower($1 COLLATE "C")) > 0 OR strpos(x::text, $2) > 0)`,
      needle,
      Buffer.from(needle).toString('hex'),
    );
    if (Number(row?.count) > 0) found[name] = Number(row?.count);
  }
  return found;
}
