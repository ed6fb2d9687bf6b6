import { Prisma } from '../generated/client.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

// Class 08 connection, 25006 only to be read (a standby after a change of primary), 25P03/4 ended while idle or late,
// 26000 and 42P05 a prepared statement of another session, 3D000 no such database, 53 resources, 57P0x shutdown,
// 57014 cancelled by a time-out, 55P03 lock, 40xxx retry.
const unavailableSqlState =
  /^(08...|25006|25P0[34]|26000|42P05|3D000|53...|57P0[1-5]|57014|55P03|40001|40P01)$/;
const unavailablePrismaCodes = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
  'P2037',
]);
/** A server that is out of reach just now, in the names that Node gives what `connect`, `read`, `write` and `getaddrinfo` failed for. */
const networkCodes =
  /ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ENETRESET|EADDRNOTAVAIL|ENOTFOUND|EAI_[A-Z]+|connect ENOENT/;
/** What node-postgres, its pool, Prisma and PostgreSQL say in words alone. */
const unavailableMessage =
  /Connection terminated|not queryable|Query read timeout|timeout expired|timeout exceeded when trying to connect|Can't reach database server|server closed the connection|SocketTimeout|DatabaseNotReachable|ConnectionClosed|TooManyConnections|DatabaseDoesNotExist|starting up|shutting down/i;

const isOutage = (text: string) => networkCodes.test(text) || unavailableMessage.test(text);

function sqlStateOf(error: object): string | undefined {
  if ('originalCode' in error && typeof error.originalCode === 'string') return error.originalCode;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code))
    return error.code;
  return undefined;
}

/**
 * What rejects when no address of a host answers says nothing itself, and has an error for each address: the last of them
 * is told instead.
 */
export function withReason(error: unknown): unknown {
  const isSilent = error instanceof AggregateError && error.message === '';
  return isSilent && error.errors.length > 0 ? error.errors.at(-1) : error;
}

function* causes(error: unknown): Generator<object> {
  let current: unknown = error;
  for (let depth = 0; depth < 6 && typeof current === 'object' && current !== null; depth += 1) {
    yield current;
    if (current instanceof AggregateError) for (const one of current.errors) yield* causes(one);
    if ('meta' in current && typeof current.meta === 'object' && current.meta !== null) {
      yield current.meta;
      if ('driverAdapterError' in current.meta) yield* causes(current.meta.driverAdapterError);
    }
    current = 'cause' in current ? current.cause : undefined;
  }
}

/** Whether PostgreSQL was out of reach, overloaded or too slow: the same request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (const cause of causes(error)) {
    const state = sqlStateOf(cause);
    if (state !== undefined && unavailableSqlState.test(state)) return true;
    if (state !== undefined && unavailablePrismaCodes.has(state)) return true;
    if (cause instanceof Error && isOutage(cause.message)) return true;
    // A handshake of TLS that is cut says what happened in its code alone.
    if ('code' in cause && typeof cause.code === 'string' && networkCodes.test(cause.code)) return true;
    if ('kind' in cause && typeof cause.kind === 'string' && isOutage(cause.kind)) return true;
  }
  return error instanceof Prisma.PrismaClientInitializationError || error instanceof UnfitDatabaseError;
}

/**
 * Whether a failure says nothing of any one part of a group, so that trying the parts is of no use. Of two groups that waited
 * for each other PostgreSQL ends one, which goes through in parts.
 */
export function isOfWholeGroup(error: unknown): boolean {
  for (const cause of causes(error)) if (sqlStateOf(cause) === '40P01') return false;
  return isDatabaseUnavailable(error);
}

// A lock that did not come, two that waited for each other or wrote the same.
const ofOneStatement = /^(55P03|40001|40P01)$/;

/**
 * The same of requests, each of which another caller waits for: what one of them waited for keeps no other from being tried. Of
 * a statement that was refused so nothing has stayed. One that took all the time it may have is not done again: its callers
 * would wait twice as long.
 */
export function isOfAllRequests(error: unknown): boolean {
  for (const cause of causes(error)) if (ofOneStatement.test(sqlStateOf(cause) ?? '')) return false;
  return isDatabaseUnavailable(error);
}

/** Whether a unique index refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  for (const cause of causes(error)) {
    const state = sqlStateOf(cause);
    if (state === '23505' || state === 'P2002') return true;
  }
  return false;
}

/** Whether the role may not do what was asked. */
export function isPermissionDenied(error: unknown): boolean {
  for (const cause of causes(error)) if (sqlStateOf(cause) === '42501') return true;
  return false;
}
