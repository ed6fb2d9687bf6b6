import type { SqlDriverAdapter, SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import pg from 'pg';

type Parse = (text: string) => unknown;
type TypeParsers = { getTypeParser(oid: number, format?: string): Parse };

const timestamptz = 1184;

/** PostgreSQL's ISO form of a moment: a date, a time, and an offset to the second. */
const isoMoment = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/;

/**
 * The moment in UTC as ISO 8601, whatever zone the server wrote it in. Text of another form (`infinity`, years before
 * Christ or after 9999) is handed on as it is.
 */
export function momentInUtc(text: string): string {
  const match = isoMoment.exec(text);
  if (match === null) return text;
  const [, date, time, sign, hours, minutes = 0, seconds = 0] = match;
  const offsetMs = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
  if (offsetMs === 0) return `${date}T${time}+00:00`;
  const localMs = Date.parse(`${date}T${time}Z`);
  return new Date(sign === '+' ? localMs - offsetMs : localMs + offsetMs).toISOString();
}

function isConfigWithTypes(config: unknown): config is { readonly types: TypeParsers } {
  return typeof config === 'object' && config !== null && 'types' in config && config.types !== undefined;
}

function readingMoments(config: unknown): unknown {
  if (!isConfigWithTypes(config)) return config;
  const { types } = config;
  const getTypeParser = (oid: number, format?: string): Parse =>
    oid === timestamptz && format === 'text' ? momentInUtc : types.getTypeParser(oid, format);
  return { ...config, types: { getTypeParser } };
}

/**
 * A connection on which moments are read with their offset. Prisma's adapter drops the offset (and would be right on a
 * session in UTC alone, which no transaction pooler promises).
 */
export class MomentClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { query } = this;
    // One of many overloads: only the first argument is looked at, and what they answer is handed on.
    Object.defineProperty(this, 'query', {
      value: (config: unknown, ...rest: readonly unknown[]): unknown =>
        Reflect.apply(query, this, [readingMoments(config), ...rest]),
    });
  }
}

function inUtc(value: unknown): unknown {
  const moment = typeof value === 'string' ? new Date(value) : value;
  return moment instanceof Date && !Number.isNaN(moment.getTime()) ? moment.toISOString() : value;
}

/** Dates as ISO text with a `Z`: Prisma's adapter would write them without one, and the session's zone would be added. */
function writingMoments(query: SqlQuery): SqlQuery {
  const isMoment = query.args.map((arg, index) => {
    const type = query.argTypes[index];
    if (arg instanceof Date) return type?.dbType !== 'DATE' && type?.dbType !== 'TIME';
    return type?.scalarType === 'datetime' && type.dbType !== 'DATE' && type.dbType !== 'TIME';
  });
  if (!isMoment.includes(true)) return query;
  return {
    ...query,
    args: query.args.map((arg, index) => {
      if (!isMoment[index]) return arg;
      return Array.isArray(arg) ? arg.map((value) => inUtc(value)) : inUtc(arg);
    }),
    argTypes: query.argTypes.map((type, index) =>
      isMoment[index] ? { ...type, scalarType: 'string' } : type,
    ),
  };
}

function writeMoments(queryable: SqlQueryable): void {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => queryRaw(writingMoments(query));
  queryable.executeRaw = (query) => executeRaw(writingMoments(query));
}

/** The adapter, with every moment of its statements and transactions written with its offset. */
export function withMoments(adapter: SqlDriverAdapter): SqlDriverAdapter {
  writeMoments(adapter);
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (isolationLevel) => {
    const transaction = await startTransaction(isolationLevel);
    writeMoments(transaction);
    return transaction;
  };
  return adapter;
}
