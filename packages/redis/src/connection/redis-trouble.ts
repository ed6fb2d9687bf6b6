/**
 * Why a Redis cannot hold the queue. `away`: it does not answer. `refuses`: it answers and takes nothing just now. Both may
 * pass by themselves. `setting`: nothing will change until somebody changes a setting. `evicts`: it takes everything, and
 * would lose jobs. The reason names the variable, says what to do, and holds no secret.
 */
export type RedisTrouble = {
  readonly kind: 'away' | 'refuses' | 'setting' | 'evicts';
  readonly reason: string;
};

const setting = (reason: string): RedisTrouble => ({ kind: 'setting', reason });
const refuses = (reason: string): RedisTrouble => ({ kind: 'refuses', reason });
const away = (reason: string): RedisTrouble => ({ kind: 'away', reason });

const cluster = setting(
  'The Redis of REDIS_URL runs in cluster mode: end REDIS_URL with ?cluster=true, and write QUEUE_PREFIX in braces, as {postroom}.',
);

/** What a server's own words mean, by how they begin (Redis, `src/server.c`, shared error objects, and `acl.c`). */
const byWords: readonly (readonly [RegExp, RedisTrouble])[] = [
  [/^WRONGPASS/, setting('Redis does not accept the user and the password of REDIS_URL (WRONGPASS).')],
  [/^NOAUTH/, setting('Redis asks for a password, and REDIS_URL has none: redis://:password@host:6379.')],
  [
    /^ERR (?:invalid password|.*wrong number of arguments for 'auth')/i,
    setting('Redis does not accept the password of REDIS_URL.'),
  ],
  [
    /^DENIED/,
    setting(
      'Redis runs in protected mode and takes no connections of other machines: give it a password, and REDIS_URL too.',
    ),
  ],
  [
    /^ERR (?:DB index is out of range|SELECT is not allowed|invalid DB index)/i,
    setting(
      'REDIS_URL names a database that Redis does not have: leave out what stands behind the port, or name one that there is.',
    ),
  ],
  [/^(?:CROSSSLOT|MOVED|ASK)\b/, cluster],
  [
    /^ERR This instance has cluster support disabled/,
    setting(
      'REDIS_URL ends with ?cluster=true, and the Redis that it names is in no cluster: leave that out.',
    ),
  ],
  [
    /^(?:CLUSTERDOWN|TRYAGAIN)\b/,
    refuses('The cluster of REDIS_URL lacks servers, or is moving what it holds (CLUSTERDOWN).'),
  ],
  [
    /^OOM/,
    refuses(
      'Redis is full and takes no writes (OOM): raise its maxmemory, or take away what does not belong there.',
    ),
  ],
  [
    /^READONLY/,
    refuses('Redis is a replica and takes no writes (READONLY): REDIS_URL must name the primary.'),
  ],
  [/^(?:NOREPLICAS|MASTERDOWN)/, refuses('Redis lacks its replicas or its primary, and takes no writes.')],
  [/^MISCONF/, refuses('Redis cannot save to its disk and takes no writes (MISCONF): its log says why.')],
  [/^LOADING/, refuses('Redis is still reading its data (LOADING).')],
  [/^(?:BUSY|UNKILLABLE)/, refuses('Redis is busy with a script that does not end (BUSY).')],
  [/^ERR max number of clients/i, refuses('Redis has as many clients as it takes: raise its maxclients.')],
];

const mayNot = (what: string, prefix: string) =>
  setting(
    `The user of REDIS_URL may not do what is needed (${what}): allow it +@all, or at least these, on the keys ~${prefix}:*.`,
  );

const certificateCodes: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Words of a server, without what could be anybody's data. */
const shown = (words: string) => words.replace(/[^\s<>"']+@[^\s<>"']+/g, '<address>').slice(0, 200);

/** What a server says when a user may not run a command, or not on these keys; also from within a script. */
const isPermission = (words: string) =>
  /^NOPERM|can't (?:run this command|access)|no permissions/i.test(words);

/** What the answer of a Redis means: an error that it gave to one command, by its name. */
export function troubleOfAnswer(command: string, words: string, prefix: string): RedisTrouble {
  const plain = words.replace(/^ERR Error (?:running|compiling) script.*?: (?:@user_script:\s?\d+: )?/, '');
  if (isPermission(plain)) return mayNot(command, prefix);
  const known = byWords.find(([beginning]) => beginning.test(plain));
  if (known !== undefined) return known[1];
  if (/unknown command/i.test(plain)) {
    return setting(
      `The Redis of REDIS_URL does not know ${command}: Redis 6.2 or newer, or a server like it, is needed.`,
    );
  }
  return refuses(`Redis refuses ${command}: ${shown(plain)}`);
}

/** What several commands were refused with, in one answer: all that are not permitted are named together. */
export function troubleOfAnswers(
  refusals: readonly { readonly command: string; readonly words: string }[],
  prefix: string,
): RedisTrouble | null {
  const [first] = refusals;
  if (first === undefined) return null;
  const denied = refusals.filter(({ words }) => isPermission(words)).map(({ command }) => command);
  if (denied.length > 0) return mayNot([...new Set(denied)].join(', '), prefix);
  return troubleOfAnswer(first.command, first.words, prefix);
}

/** What the failure of a connection means; `speaks` is what the port turned out to speak in place of what was tried. */
export function troubleOfConnection(
  { code = '', message }: { readonly code?: string | undefined; readonly message: string },
  speaks: 'tls' | 'plain' | 'neither',
): RedisTrouble {
  if (speaks === 'tls')
    return setting('The port of REDIS_URL speaks TLS: write rediss:// in place of redis://.');
  if (speaks === 'plain')
    return setting('The port of REDIS_URL speaks no TLS: write redis:// in place of rediss://.');
  if (certificateCodes.has(code)) {
    return setting(
      `The certificate of the Redis of REDIS_URL is not accepted (${code}): NODE_EXTRA_CA_CERTS names a file of more authorities, which in a container has to be mounted.`,
    );
  }
  if (/protocol error|reply type/i.test(message)) return setting('What answers at REDIS_URL is no Redis.');
  if (code === 'ENOTFOUND') return away('The host of REDIS_URL is not known (ENOTFOUND).');
  return away(`Redis does not answer at REDIS_URL (${code === '' ? 'the connection ended' : code}).`);
}

/** A cluster was told by the server itself. */
export const clusterTrouble = cluster;

/** The keys of a queue would lie on different servers. */
export const untaggedTrouble = (prefix: string): RedisTrouble =>
  setting(`The Redis of REDIS_URL runs in cluster mode, where QUEUE_PREFIX needs braces: {${prefix}}.`);

/** Nothing came back in time. */
export const silentTrouble = away('Redis does not answer at REDIS_URL in time.');

/** A server that drops keys when its memory is full. */
export const evictingTrouble = (reason: string): RedisTrouble => ({ kind: 'evicts', reason });
