/**
 * What this package relies on in a session, whatever the server, the database or the role has set. Times are written
 * and read with their offset, so that `timezone` is stated for what a person sees in the server's log alone.
 */
const statedSettings: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  // Every claim and record is a compare-and-set that reads what others committed meanwhile.
  default_transaction_isolation: 'read committed',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // A statement that waits for a lock ends by its own time-out.
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // How long a connection of the pool lasts is the pool's to say.
  idle_session_timeout: '0',
  // Compiling a statement takes longer than any of ours may run: the planner takes many look-ups for much work.
  jit: 'off',
  // A connection keeps a named statement's plan, also one that was made while the tables were empty and all ways short:
  // then it has to go by the index that the statement is written for (look-up.ts).
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_indexscan: 'on',
  enable_indexonlyscan: 'on',
  enable_nestloop: 'on',
  enable_sort: 'on',
  plan_cache_mode: 'auto',
};

/** What a session is opened for. */
export type SessionNeeds = {
  /** Milliseconds after which the server ends a statement; 0: never. */
  readonly statementTimeoutMs: number;
  /** The schema of all tables; null: where the server looks by itself. */
  readonly schema: string | null;
  /** Whether a commit is on disk when it is answered, by what server, database or role have set; not known: left as it is. */
  readonly isDurable?: boolean;
};

/** Whether a commit is on disk when it is answered. What waits for standbys as well does more than is relied on. */
export const isDurable = ({ synchronous_commit }: SessionFacts): boolean => synchronous_commit !== 'off';

/** One identifier as SQL, whatever it holds. */
export function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function settingsFor(needs: SessionNeeds): readonly (readonly [string, string])[] {
  const { statementTimeoutMs, schema } = needs;
  return [
    ...Object.entries(statedSettings),
    ['statement_timeout', String(statementTimeoutMs)],
    ...(schema === null ? [] : [['search_path', quoted(schema)] as const]),
    ...(needs.isDurable === false ? [['synchronous_commit', 'on'] as const] : []),
  ];
}

/** The settings as the `options` of a new connection: the server applies them last, over those of the role. */
export function startOptions(needs: SessionNeeds, marker?: string): string {
  const settings = [...settingsFor(needs), ...(marker === undefined ? [] : [[markerName, marker] as const])];
  return settings.map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`).join(' ');
}

/** A setting of our own, which only arrives where the session is the server's own and no pooler's. */
const markerName = 'postroom.session';

/** The settings as statements, for a session that takes none at its start. */
export function settingStatements(needs: SessionNeeds): string {
  return settingsFor(needs)
    .map(([name, value]) => `SELECT set_config('${name}', '${value.replaceAll("'", "''")}', false)`)
    .join('; ');
}

/** Settings whose values are looked at. */
const readSettings = [
  'search_path',
  'server_encoding',
  'default_transaction_read_only',
  'datestyle',
  'default_transaction_isolation',
  'standard_conforming_strings',
  'array_nulls',
  'extra_float_digits',
  'synchronous_commit',
  'enable_indexscan',
  'enable_indexonlyscan',
  'enable_nestloop',
] as const;

/** What the server says of a session and of itself, in the order in which people meet it. */
export type SessionFacts = Readonly<Record<(typeof readSettings)[number], string>> & {
  readonly marker: string | null;
  readonly role: string;
  readonly database: string;
  readonly schema: string | null;
  readonly is_standby: boolean;
  readonly statement_timeout_ms: number;
  readonly transaction_timeout_ms: number;
};

const settingMs = (name: string) =>
  `coalesce((SELECT setting::int FROM pg_settings WHERE name = '${name}'), 0) AS ${name}_ms`;

/** Asks for `SessionFacts`. */
export const sessionFactsSql = `
  SELECT current_setting('${markerName}', true) AS marker, current_user::text AS role, current_database()::text AS database,
         current_schema()::text AS schema, pg_is_in_recovery() AS is_standby,
         ${readSettings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')},
         ${settingMs('statement_timeout')}, ${settingMs('transaction_timeout')}`;
