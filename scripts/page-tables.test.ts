import { describe, expect, test } from '@jest/globals';
import { smtpOptionNames } from '../packages/contracts/src/doors/smtp-options.ts';
import {
  machineReasons,
  sendsQuerySchema,
  trackingSchema,
  webhookEvents,
} from '../packages/contracts/src/index.ts';
import { meaningOf, suppressionBy } from '../packages/core/src/index.ts';
import { parseEnv, rateLimitsOf, smtpVariables, workerVariables } from '../packages/process/src/index.ts';
import { operations } from '../packages/reference/src/route-table.ts';
import { providedValues } from '../packages/rendering/src/template/provided-names.ts';
import { sourceFolders, sourcesIn, tableOf, textOf } from './pages.ts';

const needed = { DATABASE_URL: 'postgresql://u:p@host/db', REDIS_URL: 'redis://host' };
const settings = parseEnv(workerVariables, needed);

/** What stands as code in a text; a cell that is one piece of code comes without its marks. */
const codesIn = (text = ''): readonly string[] =>
  text.includes('`') ? [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code) : [text];

/** What the first cells of a table name. */
const namesOf = (page: string, header: string) => tableOf(page, header).flatMap(([cell]) => codesIn(cell));

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** What the groups of a pattern hold in the sources of these folders, with spaces between. */
const captured = (folders: readonly string[], pattern: RegExp) =>
  sorted(
    sourcesIn(folders).flatMap(({ text }) =>
      [...text.matchAll(pattern)].map(([, ...groups]) => groups.join(' ')),
    ),
  );

describe("the README's table of routes", () => {
  const ours = operations.filter(({ path, door }) => path.startsWith('/api/v1/') && door === undefined);
  const partsOf = (path: string) => path.split(/[/?]/).filter((part) => /^[a-z-]+$/.test(part));
  const rows = tableOf('README.md', 'Route under `/api/v1`').map(([routes = '', what = '', scopes = '']) => ({
    about: partsOf(codesIn(routes).join(' ').replaceAll(' ', '/')),
    named: [...codesIn(routes), ...codesIn(what)].flatMap(partsOf),
    text: `${routes} ${what}`,
    scopes: codesIn(scopes),
  }));
  const inWords: Readonly<Record<string, string>> = { get: 'list|read|GET', post: 'create|register|POST' };

  test('has every operation: its resource, its last part, its method and its scope', () => {
    const missing = ours.filter(({ method, path, scope }) => {
      const [resource = '', ...parts] = partsOf(path.slice('/api/v1'.length));
      return !rows.some(
        ({ about, named, text, scopes }) =>
          about.includes(resource) &&
          parts.every((part) => named.includes(part)) &&
          new RegExp(`\\b(?:${inWords[method] ?? method.toUpperCase()})\\b`).test(text) &&
          scopes.some((name) => name === scope || name === scope?.replace(/:.*/, ':*')),
      );
    });
    expect(missing.map(({ method, path, scope }) => `${method} ${path} ${scope}`)).toEqual([]);
  });

  test('names no part of a path that no operation has', () => {
    const known = new Set(ours.flatMap(({ path }) => partsOf(path)));
    const paths = rows.flatMap(({ text }) => codesIn(text)).filter((code) => /(?:^|[A-Z.]+ ?)\//.test(code));
    expect(paths.flatMap(partsOf).filter((part) => !known.has(part))).toEqual([]);
  });

  test('names every filter of the list of sends', () => {
    const [, what] =
      tableOf('README.md', 'Route under `/api/v1`').find(([route]) => route === 'GET /emails') ?? [];
    expect(sorted(codesIn(what))).toEqual(sorted(Object.keys(sendsQuerySchema.shape)));
  });
});

test('the table of what templates see has every value that is provided, and its fields', () => {
  const fields = [...providedValues].flatMap(([name, known]) =>
    Array.isArray(known) ? known.map((field) => `@${name}.${field}`) : [`@${name}`],
  );
  const inTable = namesOf('docs/templates.md', 'Name').map((name) => name.replace(/^(@profile)\..*/, '$1'));
  expect(sorted(inTable)).toEqual(sorted(fields));
});

describe('the tables of recipients', () => {
  const page = 'docs/recipients.md';

  test('have what can be tracked, and what tells a machine', () => {
    expect(sorted(namesOf(page, '`tracking`'))).toEqual(sorted(Object.keys(trackingSchema.shape)));
    expect(sorted(namesOf(page, 'Reason'))).toEqual(sorted(machineReasons));
  });

  test('have every event that webhooks are told, in their order', () => {
    expect(namesOf(page, 'Event')).toEqual(webhookEvents);
  });

  test('say the bounds of the rates that hold unless told otherwise', () => {
    const { warning, pause } = rateLimitsOf(settings);
    const percent = (part: number) => `${Number((part * 100).toFixed(3))} %`;
    expect(tableOf(page, 'Rate').map(([, ...bounds]) => bounds)).toEqual([
      [percent(warning.bounceRate), percent(pause.bounceRate)],
      [percent(warning.complaintRate), percent(pause.complaintRate)],
    ]);
  });

  test('say of every bounce and complaint what follows from it', () => {
    const rows = tableOf(page, 'What SES reports').filter(([what = '']) =>
      /^(?:Bounce|Permanent|Complaint)/.test(what),
    );
    for (const [what = '', delivery, suppression = '', rated] of rows) {
      const type = what.startsWith('Complaint') ? 'complaint' : 'bounce';
      const [, subType = ''] = /(?:Permanent|Complaint)[:,] `?(\w[\w-]*)/.exec(what) ?? [];
      const detail =
        type === 'bounce'
          ? { bounceType: 'Permanent', bounceSubType: subType }
          : { complaintSubType: subType, complaintFeedbackType: subType };
      const event = { type, isPermanentBounce: type === 'bounce', detail, occurredAt: new Date(0) } as const;
      const meaning = meaningOf(event);
      const kept = suppressionBy(event);
      expect([what, delivery, rated]).toEqual([
        what,
        meaning.delivery ?? 'unchanged',
        meaning.isRated ? `as a ${type}` : 'no',
      ]);
      expect([what, ...codesIn(suppression.replace('origin ', ''))]).toEqual([
        what,
        ...(kept === null ? [suppression] : [kept.reason, kept.origin]),
      ]);
      expect([what, suppression.includes('for 30 days')]).toEqual([what, (kept?.expiresAt ?? null) !== null]);
    }
    expect(rows).toHaveLength(8);
  });
});

describe('the tables of SMTP', () => {
  const page = 'docs/smtp.md';

  test('name settings that there are', () => {
    for (const name of namesOf(page, 'Setting')) expect(Object.keys(smtpVariables)).toContain(name);
  });

  test('have every header that is read', () => {
    expect(sorted(namesOf(page, 'Header'))).toEqual(sorted(smtpOptionNames.values()));
  });

  test('have every answer, with the code that says more', () => {
    // The library says what is taken, what is no address, and what is larger than it was announced to be.
    const made = captured(['apps/smtp/src'], /\b([45]\d\d), '([45]\.\d\.\d)/g);
    expect(sorted(namesOf(page, 'Answer'))).toEqual(sorted(['250 2.0.0', '501', '552', ...made]));
  });
});

test('the table of DATABASE_URL names parameters that are read', () => {
  const source = textOf('packages/db/src/connection/database-url.ts');
  const [, used = ''] = /const used = \[(.*?)\n\];/s.exec(source) ?? [];
  for (const [cell = ''] of tableOf('docs/deploying.md', 'In the URL')) {
    const [, name = ''] = /^\?(\w+)=/.exec(cell) ?? [];
    expect(`${used} 'sslmode'`).toContain(`'${name}'`);
  }
});

test('the table of doubt has the policy of each lane', () => {
  const policies = tableOf('docs/guarantees.md', 'Policy').map(([policy, lane]) => [lane, policy]);
  expect(policies).toEqual([
    ['transactional', settings.IN_DOUBT_POLICY_TRANSACTIONAL],
    ['marketing', settings.IN_DOUBT_POLICY_MARKETING],
  ]);
});

describe('the tables of operating', () => {
  const page = 'docs/operating.md';

  test('have the paths that need no key and say how a process is', () => {
    const paths = namesOf(page, 'Path').map((route) => route.replace('GET ', ''));
    expect(paths).toEqual(operations.map(({ path }) => path).filter((path) => paths.includes(path)));
    expect(sorted(paths)).toEqual(
      captured(['apps/api/src/routes'], /router\.get\('(\/(?:healthz|readyz|metrics))'/g),
    );
  });

  test('have what the doctor looks at, in its order', () => {
    const source = textOf('apps/cli/src/doctor/running/with-running.ts');
    const looks = [
      ...source.matchAll(/^ +(?:\[)?'([A-Z]\w+(?: \w+)?)',(?:(?: async)? \(| stored\(|$)/gm),
    ].map(([, name = '']) => name);
    const told = namesOf(page, 'It looks at').flatMap((cell) => cell.replace(/, of each.*/, '').split(', '));
    expect(told.map((name) => name.toLowerCase())).toEqual(looks.map((name) => name.toLowerCase()));
  });

  test('have every setting of how long what is kept', () => {
    const names = Object.keys(workerVariables).filter((name) => /^RETENTION_\w+_DAYS$/.test(name));
    expect(sorted(namesOf(page, 'Setting'))).toEqual(sorted(names));
  });

  test('have every span', () => {
    const spans = captured(
      [...sourceFolders('packages'), ...sourceFolders('apps')],
      /(?:inSpan\(\w+(?:\.\w+)*, |\.open\(|\.part\()'(postroom\.\w+)'/g,
    );
    expect(sorted(namesOf(page, 'Span'))).toEqual(spans);
  });
});

describe('the table of bodies', () => {
  /** In its order: where each limit is defined. */
  const limits = [
    ['apps/api/src/middleware/json-body.ts', 'batchBodyBytes'],
    ['apps/api/src/routes/suppressions.ts', 'importBytes'],
    ['apps/api/src/routes/ses-notifications.ts', 'limitBytes'],
    ['apps/api/src/routes/unsubscribe.ts', 'formBytes'],
    ['apps/api/src/dashboard/session-routes.ts', 'maxBodyBytes'],
    ['apps/api/src/middleware/json-body.ts', 'smallBodyBytes'],
  ] as const;

  const limitOf = ([file, name]: (typeof limits)[number]) => {
    const [, factors = ''] = new RegExp(`const ${name} = ([\\d *]+);`).exec(textOf(file)) ?? [];
    const bytes = factors.split('*').reduce((product, factor) => product * Number(factor), 1);
    return bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 1024} KiB`;
  };

  test('has the limit of each route', () => {
    expect(tableOf('docs/errors.md', 'Where').map(([, most]) => most)).toEqual(limits.map(limitOf));
  });

  test('knows every limit with which a route reads a body', () => {
    const used = captured(
      ['apps/api/src/routes', 'apps/api/src/doors', 'apps/api/src/dashboard'],
      /\b(?:jsonBody\(|(?:readForm|streamBody|readBody)\(request, )(\w+)/g,
    );
    expect(used).toEqual(sorted(limits.map(([, name]) => name)));
  });
});

test('the page of deploying names every variable that the postroom command reads', () => {
  const read = captured(['apps/cli/src'], /\bgiven\((?:\w+\.)?env, '([A-Z_]+)'/g);
  const [, told = ''] =
    /\nrole of the machine\. (The `postroom` command reads [\s\S]*?)\n\n/.exec(textOf('docs/deploying.md')) ??
    [];
  expect(read.filter((name) => !codesIn(told).includes(name))).toEqual([]);
});
