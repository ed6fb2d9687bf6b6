import { Prisma } from '../generated/client.ts';

/** The SET list of an update: the columns that have a value, and `updated_at`. Column names are our own words. */
export function assignments(columns: Readonly<Record<string, Prisma.Sql | undefined>>): Prisma.Sql {
  const given = Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`],
  );
  return Prisma.join([...given, Prisma.sql`updated_at = now()`], ', ');
}

/** A text column's new value, or undefined to leave the column alone. */
export const textOf = (value: string | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value}::text`;

/** A UUID column's new value, or undefined to leave the column alone. */
export const uuidOf = (value: string | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value}::uuid`;

/** A jsonb column's new value, or undefined to leave the column alone. */
export const jsonOf = (value: object | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value === null ? null : JSON.stringify(value)}::jsonb`;

/** The condition that takes up a list, ordered by id with the newest first, after a cursor. */
export const olderThan = (column: Prisma.Sql, cursor: string | undefined): Prisma.Sql =>
  cursor === undefined ? Prisma.empty : Prisma.sql`AND ${column} < ${cursor}::uuid`;
