import { Prisma } from './generated/client.ts';

/** The least id of a millisecond: those of version 7 begin with 48 bits of milliseconds (RFC 9562 section 5.7). */
export function firstIdOf(moment: Date): string {
  const hex = Math.max(0, moment.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The moment that a UUID v7 holds. */
export const momentOfId = (id: string): Date =>
  new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** Less than every id. */
export const noId = '00000000-0000-0000-0000-000000000000';

/**
 * A new UUID v7, for rows whose number a statement alone knows: a random one, with the milliseconds since 1970 in front and the
 * version put right.
 */
export const newIdInSql = Prisma.sql`encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
  PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
  52, 1), 53, 1), 'hex')::uuid`;
