import fc from 'fast-check';

/** A request as it goes over the wire. */
export type WireRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
};

/** A valid request that is to be spoilt: its body as JSON, its query as text. */
export type SoundRequest = {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly query?: string;
};

type Path = readonly (string | number)[];

/** Raw JSON texts that a value is replaced with: what breaks validators, databases and mailers. */
const hostileTexts = [
  'null',
  'true',
  '-1',
  '1e999',
  '9007199254740993',
  '0.1',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"a\\r\\nBcc: eve@example.com"',
  '"{{#each a}}"',
  '"\\u202e"',
  '"__proto__"',
  `"${'x'.repeat(2_000)}"`,
  '"a@b@c.de"',
  '"2026-02-30T00:00:00Z"',
  '"\'; DROP TABLE email_sends; --"',
  '[]',
  '[null]',
  '[[[[[[[[]]]]]]]]',
  '{}',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{}}}',
  `${'['.repeat(200)}${']'.repeat(200)}`,
  `${'{"a":'.repeat(50)}1${'}'.repeat(50)}`,
] as const;

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const children = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...children.flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

const mark = 'HOSTILE-VALUE';

/** The JSON text of a value in which the part at a path is replaced by a raw text, removed, or renamed. */
function spoil(value: unknown, path: Path, change: (key: string | number | undefined) => unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return change(undefined);
  if (Array.isArray(value))
    return value.map((child, at) => (at === head ? spoil(child, rest, change) : child));
  return Object.fromEntries(
    Object.entries(Object(value)).map(([key, child]) => [
      key,
      key === head ? spoil(child, rest, change) : child,
    ]),
  );
}

const replaced = (body: unknown, path: Path, text: string) =>
  (JSON.stringify(spoil(body, path, () => mark)) ?? 'null').replace(`"${mark}"`, () => text);

const renamed = (body: unknown, path: Path, name: string) => {
  const key = path.at(-1);
  const text = JSON.stringify(body);
  return typeof key === 'string' ? text.replace(`"${key}":`, () => `${JSON.stringify(name)}:`) : text;
};

const removed = (body: unknown, path: Path) => JSON.stringify(spoil(body, path, () => undefined)) ?? '';

/** A body whose structure is spoilt in one place. */
const spoiltText = (body: unknown): fc.Arbitrary<string> => {
  const path = fc.constantFrom(...pathsOf(body));
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(path, fc.constantFrom(...hostileTexts))
        .map(([at, text]) => replaced(body, at, text)),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(path, fc.json({ maxDepth: 3 })).map(([at, text]) => replaced(body, at, text)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(path, fc.string({ unit: 'binary' }))
        .map(([at, text]) => replaced(body, at, JSON.stringify(text))),
    },
    { weight: 1, arbitrary: path.map((at) => removed(body, at)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(path, fc.constantFrom('__proto__', '', 'id', 'toString', '\u0000'))
        .map(([at, name]) => renamed(body, at, name)),
    },
  );
};

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** The same bytes with some cut off, turned over, or put in. */
const spoiltBytes = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.nat(bytes.length), fc.nat(255), fc.constantFrom('cut', 'flip', 'insert'))
    .map(([at, byte, how]) => {
      if (how === 'cut') return bytes.slice(0, at);
      const before = bytes.slice(0, at);
      const after = bytes.slice(how === 'flip' ? at + 1 : at);
      return new Uint8Array([...before, byte, ...after]);
    });

const json = { 'content-type': 'application/json' };

const headers = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Readonly<Record<string, string>>>(json) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Readonly<Record<string, string>>>(
      {},
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { ...json, 'content-encoding': 'gzip' },
      { ...json, 'content-encoding': 'br' },
      { ...json, 'idempotency-key': 'k'.repeat(300) },
      { ...json, 'idempotency-key': 'key' },
      { ...json, 'x-request-id': '<script>' },
      { ...json, accept: 'text/html' },
    ),
  },
);

const query = (sound: string | undefined): fc.Arbitrary<string> =>
  sound === undefined
    ? fc.constant('')
    : fc
        .tuple(
          fc.constantFrom(...sound.split('&')),
          fc.oneof(
            fc.webQueryParameters(),
            fc.constantFrom('%00', '%ff', '-1', '1e9', 'a&limit=2', '%5B%5D', '🙂'),
          ),
        )
        .map(([parameter, value]) => `?${parameter.split('=')[0]}=${encodeURI(value)}`);

/** A path in which one segment may be something else. */
const path = (sound: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(sound) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(sound.split('/').length - 1), fc.webSegment()).map(([at, segment]) =>
        sound
          .split('/')
          .map((own, index) => (index === at && at > 2 ? segment : own))
          .join('/'),
      ),
    },
  );

/** A request that was valid before something in it was changed. */
export function spoiltRequest(sound: SoundRequest): fc.Arbitrary<WireRequest> {
  const text = sound.body === undefined ? fc.constant(null) : spoiltText(sound.body);
  const body = text.chain((spoilt): fc.Arbitrary<Uint8Array | null> => {
    if (spoilt === null) return fc.constant(null);
    const bytes = bytesOf(spoilt);
    return fc.oneof(
      { weight: 9, arbitrary: fc.constant(bytes) },
      { weight: 1, arbitrary: spoiltBytes(bytes) },
    );
  });
  return fc.tuple(path(sound.path), query(sound.query), headers, body).map(([where, what, sent, bytes]) => ({
    method: sound.method,
    path: where + what,
    headers: bytes === null ? {} : sent,
    body: bytes,
  }));
}
