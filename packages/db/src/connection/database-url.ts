import { type TlsAttempts, tlsAttempts, tlsParameters } from './tls.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/** Whether a pooler stands before PostgreSQL, and what it gives a client: its own session, or one per transaction. */
export type Pooler = 'auto' | 'none' | 'session' | 'transaction';

/** What a `DATABASE_URL` says. What it does not say is undefined. */
export type DatabaseTarget = {
  /** A name, an address or the folder of a Unix socket. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  readonly tls: TlsAttempts;
  readonly isTlsDirect: boolean;
  readonly bindsChannel: boolean;
  readonly applicationName: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  /** Options of the server's command line, such as `-c work_mem=16MB`. */
  readonly options: string | undefined;
  readonly schema: string | undefined;
  readonly connectionLimit: number | undefined;
  readonly pooler: Pooler | undefined;
};

const example = 'postgresql://user:password@host:5432/postroom';

/** Parameters whose only usable values change nothing. */
const settled: Readonly<Record<string, readonly string[]>> = {
  client_encoding: ['auto', 'utf8', 'utf-8', 'unicode'],
  target_session_attrs: ['any', 'read-write', 'primary'],
  gssencmode: ['disable', 'prefer'],
  load_balance_hosts: ['disable'],
  keepalives: ['1'],
  sslsni: ['1'],
  uselibpqcompat: ['true'],
};

const used = [
  ...['host', 'port', 'user', 'password', 'dbname', 'application_name', 'fallback_application_name'],
  ...['connect_timeout', 'options', 'schema', 'connection_limit', 'pgbouncer', 'sslnegotiation'],
  ...['channel_binding', ...tlsParameters],
];

function refuse(what: string): never {
  throw new UnfitDatabaseError(`DATABASE_URL: ${what}`);
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`${what} is not percent-encoded: write % as %25.`);
  }
}

function parametersOf(query: string): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (const pair of query.split('&').filter((part) => part !== '')) {
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at), 'the name of a parameter');
    const text = at < 0 ? '' : pair.slice(at + 1);
    // Only here no plus is ever meant: other drivers write a space so.
    const value = decoded(name === 'options' ? text.replaceAll('+', ' ') : text, name);
    const isSettled = settled[name]?.includes(value.toLowerCase());
    if (settled[name] !== undefined && !isSettled) {
      refuse(`${name} can be ${settled[name].join(' or ')} only. Take it out.`);
    }
    if (!used.includes(name) && !isSettled)
      refuse(`${shownName(name)} is no parameter that Postroom knows. Take it out.`);
    given.set(name, value);
  }
  return given;
}

/** What stands where the name of a parameter is expected may be a piece of a password. */
function shownName(name: string): string {
  return /^[a-z_]{1,40}$/i.test(name) ? name : 'what stands behind the question mark';
}

function wholeNumberOf(
  given: ReadonlyMap<string, string>,
  name: string,
  [min, max]: readonly [number, number],
) {
  const text = given.get(name);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  return refuse(`${name} is no whole number from ${min} to ${max}.`);
}

function oneOf<const Value extends string>(
  given: ReadonlyMap<string, string>,
  name: string,
  values: readonly Value[],
) {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const found = values.find((value) => value === text);
  return found ?? refuse(`${name} is none of ${values.join(', ')}.`);
}

/** The parts of the URL, by RFC 3986 but for what libpq allows: no host behind a user, several hosts. */
function partsOf(text: string) {
  const match = /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/i.exec(text.trim());
  if (match === null) return refuse(`this is no URL such as ${example}.`);
  const [, authority = '', path = '', query = '', fragment] = match;
  if (fragment !== undefined) refuse('there is a # in it. In a password, write it as %23.');
  const at = authority.lastIndexOf('@');
  const [user = '', ...password] = authority.slice(0, Math.max(0, at)).split(':');
  return { user, password: password.join(':'), hostPort: authority.slice(at + 1), path, query };
}

const severalHosts =
  'it names several hosts, and Postroom connects to one. Name the primary, or a host name or pooler that leads to it.';

function hostOf(hostPort: string): { readonly host: string; readonly port: string } {
  if (hostPort.includes(',')) refuse(severalHosts);
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]*)(?::(\d*))?$/.exec(hostPort);
  if (match === null) {
    return refuse(
      'host and port cannot be told apart. In a password, write / as %2F, ? as %3F, # as %23 and @ as %40.',
    );
  }
  const [, host = '', port = ''] = match;
  return { host: decoded(host.replace(/^\[(.*)\]$/, '$1'), 'the host'), port };
}

/**
 * Reads a `DATABASE_URL` as libpq, node-postgres and Prisma write it, and says by name what of it cannot be used.
 * Throws `UnfitDatabaseError`; nothing of the password is in its message.
 */
export function parseDatabaseUrl(text: string): DatabaseTarget {
  const parts = partsOf(text);
  const authority = hostOf(parts.hostPort);
  const given = parametersOf(parts.query);
  const host = given.get('host') || authority.host || undefined;
  if (host?.includes(',')) refuse(severalHosts);
  const ports = new Map([['port', given.get('port') || authority.port]]);
  const tls = tlsAttempts(given, host?.startsWith('/') ?? false);
  const isTlsDirect = oneOf(given, 'sslnegotiation', ['postgres', 'direct']) === 'direct';
  if (isTlsDirect && tls.includes(false)) refuse('sslnegotiation=direct asks for sslmode=require or more.');
  const connectSeconds = wholeNumberOf(given, 'connect_timeout', [0, 3_600]);
  return {
    host,
    port: wholeNumberOf(ports, 'port', [1, 65_535]),
    user: given.get('user') || decoded(parts.user, 'the user') || undefined,
    password: given.get('password') || decoded(parts.password, 'the password') || undefined,
    database: given.get('dbname') || decoded(parts.path, 'the name of the database') || undefined,
    tls,
    isTlsDirect,
    bindsChannel:
      (oneOf(given, 'channel_binding', ['disable', 'prefer', 'require']) ?? 'disable') !== 'disable',
    applicationName: given.get('application_name') || given.get('fallback_application_name') || undefined,
    connectTimeoutMs: connectSeconds ? connectSeconds * 1_000 : undefined,
    options: given.get('options') || undefined,
    schema: given.get('schema') || undefined,
    connectionLimit: wholeNumberOf(given, 'connection_limit', [1, 200]),
    pooler: oneOf(given, 'pgbouncer', ['true', 'false']) === 'true' ? 'transaction' : undefined,
  };
}
