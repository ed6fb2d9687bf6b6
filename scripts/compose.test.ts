import { describe, expect, test } from '@jest/globals';
import { apiVariables, parseEnv, smtpVariables, workerVariables } from '../packages/process/src/index.ts';
import { roomForNew } from '../packages/testkit/src/index.ts';
import { readCompose, serviceOf } from './compose-file.ts';
import { guides, textOf } from './pages.ts';

const dockerfile = textOf('Dockerfile');
const stages = dockerfile.split(/^(?=FROM )/m).slice(1);
const runtime = stages.at(-1) ?? '';
const compose = readCompose();
const ours = Object.entries(compose.services).filter(([, { image }]) => image === 'postroom');

/** `NAME=value` and `# NAME=value`: what is set in .env.example, and what could be. */
const exampleLines = [...textOf('.env.example').matchAll(/^(# )?([A-Z0-9_]+)=(.*)$/gm)].map(
  ([, comment, name = '', value = '']) => ({ name, value, isSet: comment === undefined }),
);

describe('the image', () => {
  test('the last stage runs as a user without rights, as production, with a health check', () => {
    expect(runtime).toMatch(/^USER node$/m);
    expect(runtime).toMatch(/NODE_ENV=production/);
    expect(runtime).toMatch(/^HEALTHCHECK /m);
  });

  test('commands are in exec form, so that signals reach node', () => {
    for (const [, command = ''] of dockerfile.matchAll(/^\s*(?:CMD|ENTRYPOINT) (.*)$/gm)) {
      expect(Array.isArray(JSON.parse(command))).toBe(true);
    }
    for (const [, { command }] of ours) expect(command?.[0]).toBe('node');
  });

  test('signals reach node also before it listens for them: it is not process 1', () => {
    for (const [name, { init }] of ours) expect({ name, init }).toEqual({ name, init: true });
  });

  test('the last stage gets its packages from the one that leaves development and optional ones out', () => {
    expect(runtime).toMatch(/^COPY --from=production-packages /m);
    const packages = stages.find((stage) =>
      stage.startsWith('FROM node:24-bookworm-slim AS production-packages'),
    );
    for (const [run] of packages?.matchAll(/npm (?:ci|install)[^|\n]*/g) ?? []) {
      expect(run).toMatch(/--omit=dev --omit=optional/);
    }
    expect(runtime).not.toMatch(/npm /);
  });

  test('every stage has the same Node, one that the AWS SDK goes on with in 2027', () => {
    const images = new Set(stages.map((stage) => /^FROM (\S+)/.exec(stage)?.[1]));
    expect([...images]).toEqual(['node:24-bookworm-slim']);
  });

  test('processes have no more room for what is new than those that tests and benchmarks start', () => {
    expect(runtime).toMatch(new RegExp(`^ENV NODE_OPTIONS=${roomForNew}$`, 'm'));
  });

  test('every stage that is copied from is there', () => {
    const names = stages.flatMap((stage) => /^FROM \S+ AS (\S+)/.exec(stage)?.[1] ?? []);
    for (const [, name] of dockerfile.matchAll(/--from=(\S+)/g)) expect(names).toContain(name);
  });
});

describe('docker compose', () => {
  test('has the servers, the one-shot migration, the API and the workers', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['api', 'local-ses', 'migrate', 'postgres', 'redis', 'smtp', 'worker'].sort(),
    );
    expect(ours.map(([name]) => name).sort()).toEqual(['api', 'local-ses', 'migrate', 'smtp', 'worker']);
  });

  test('PostgreSQL keeps its data in the volume: from 18 on its folder has the name of the version', () => {
    const { image, volumes } = serviceOf('postgres');
    const major = Number(/^postgres:(\d+)-/.exec(image)?.[1]);
    expect(major).toBeGreaterThanOrEqual(18);
    expect(volumes).toEqual(['postgres:/var/lib/postgresql']);
  });

  test('Redis neither evicts nor forgets', () => {
    expect(serviceOf('redis').command?.join(' ')).toMatch(
      /--maxmemory 700mb --maxmemory-policy noeviction --appendonly yes/,
    );
  });

  test('what is depended on exists, and has a health check where one is waited for', () => {
    for (const [, { depends_on: needs }] of Object.entries(compose.services)) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const { healthcheck, restart } = serviceOf(name);
        if (condition === 'service_healthy') expect(healthcheck).toHaveProperty('test');
        else
          expect({ condition, restart }).toEqual({
            condition: 'service_completed_successfully',
            restart: 'no',
          });
      }
    }
  });

  test('volumes that are mounted are declared', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0]),
    );
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  test('workers can be multiplied: no name and no port of their own, and time to finish', () => {
    const worker = serviceOf('worker');
    expect(worker.container_name).toBeUndefined();
    expect(worker.ports).toEqual([]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is docker compose that fills it in.
    expect(worker.deploy?.replicas).toBe('${WORKERS:-1}');
    const graceMs = Number.parseInt(worker.stop_grace_period ?? '0', 10) * 1_000;
    const { SHUTDOWN_TIMEOUT_MS } = parseEnv(workerVariables, servers);
    expect(graceMs).toBeGreaterThan(SHUTDOWN_TIMEOUT_MS + 3_000);
  });

  test('no port can be reached from another machine unless that is asked for', () => {
    const published = Object.values(compose.services).flatMap(({ ports }) => ports);
    expect(published.length).toBeGreaterThan(0);
    for (const port of published)
      expect(port).toMatch(/^(?:127\.0\.0\.1|\$\{(?:SMTP_)?HOST_ADDRESS:-127\.0\.0\.1\}):/);
  });

  test('SMTP can be opened to other machines without the API, which has no TLS', () => {
    const variablesOf = (name: string) => serviceOf(name).ports.map((port) => /^\$\{(\w+):-/.exec(port)?.[1]);
    expect(variablesOf('smtp')).toEqual(['SMTP_HOST_ADDRESS', 'SMTP_HOST_ADDRESS']);
    expect(variablesOf('api')).toEqual(['HOST_ADDRESS']);
    for (const name of ['SMTP_HOST_ADDRESS', 'HOST_ADDRESS']) expect(textOf('docs/smtp.md')).toContain(name);
  });

  test.each(Object.entries(compose.services))('%s is confined', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: expect.arrayContaining(['/tmp']),
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+g$/),
    });
    // Our own image has its user; those of others begin as root unless told.
    if (service.image !== 'postroom') expect(service.user).toMatch(/^(?:postgres|redis)$/);
  });

  test('a service has the variables that it reads, and nobody has all of .env', () => {
    const ofNode = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];
    const ofSdk = [
      ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
      ...['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'],
      ...ofNode,
    ];
    const namesOf = (name: string) => Object.keys(serviceOf(name).environment).sort();
    expect(namesOf('api')).toEqual([...Object.keys(apiVariables), ...ofSdk].sort());
    expect(namesOf('worker')).toEqual([...Object.keys(workerVariables), ...ofSdk].sort());
    expect(namesOf('smtp')).toEqual([...Object.keys(smtpVariables), ...ofNode].sort());
    expect(namesOf('migrate')).toEqual(['DATABASE_POOLER', 'DATABASE_URL', ...ofNode]);
    expect(namesOf('local-ses')).toEqual([]);
    expect(Object.values(compose.services).map(({ env_file }) => env_file)).not.toContain('.env');
  });

  test('PostgreSQL does not start without a password of your own', () => {
    expect(serviceOf('postgres').environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?.+\}$/);
    expect(exampleLines.find(({ name }) => name === 'POSTGRES_PASSWORD')).toMatchObject({
      value: '',
      isSet: true,
    });
  });

  test('the local SES is asked for by its profile alone', () => {
    const profiled = Object.entries(compose.services).filter(([, { profiles }]) => profiles.length > 0);
    expect(profiled.map(([name, { profiles }]) => [name, profiles])).toEqual([['local-ses', ['local']]]);
    expect(serviceOf('api').depends_on['local-ses']?.required).toBe(false);
  });
});

const servers = { DATABASE_URL: 'postgresql://u:p@postgres:5432/postroom', REDIS_URL: 'redis://redis:6379' };

/** What pages tell to set, and no service is given: where it is set instead. */
const elsewhere: readonly (readonly [name: RegExp, why: string])[] = [
  [/^OTEL_/, 'compose.override.yml: one for each service, as the page of operating says'],
  [
    /^AWS_(?:PROFILE|ENDPOINT_URL|ENDPOINT_URL_SNS)$/,
    'before `postroom ses` on a host; a profile of its shell is not that of containers',
  ],
  [/^AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED$/, 'for Node 20: the image has 24'],
  [/^AWS_USE_(?:DUALSTACK|FIPS)_ENDPOINT$/, 'compose.override.yml, as all settings that are the SDK’s alone'],
  [/^OPTIONAL_PACKAGES$/, 'an argument of the build'],
  [/^POSTROOM_(?:HOME|KEY|URL)$/, 'of the shell in which commands are typed'],
  [/^(?:POSTMARK|RESEND|SENDGRID)_/, "of other products' clients, and of postroom import"],
  [/^SQL_ASCII$/, 'an encoding'],
];

test('what the pages tell to set reaches a container, or stands in the list of what is set elsewhere', () => {
  const given = new Set(
    Object.values(compose.services).flatMap(({ environment }) => Object.keys(environment)),
  );
  const ofCompose = [...textOf('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  const told = guides
    .filter((page) => page === 'README.md' || page.startsWith('docs/'))
    .flatMap((page) => textOf(page).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []);
  const reaches = (name: string) =>
    given.has(name) || ofCompose.includes(name) || elsewhere.some(([known]) => known.test(name));
  expect([...new Set(told)].filter((name) => !reaches(name))).toEqual([]);
  expect(elsewhere.filter(([known]) => !told.some((name) => known.test(name)))).toEqual([]);
  expect(textOf('docs/operating.md')).toMatch(/none of theirs: those go into `compose\.override\.yml`/);
});

test('what the pages tell to start lasts: an image of this checkout after a new version, and as many workers with the next start', () => {
  const page = textOf('docs/deploying.md');
  const [, newVersion = ''] = /^## A new version$(.*?)^## /ms.exec(page) ?? [];
  const told = newVersion.match(/docker compose up[^\n`]*/g) ?? [];
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((command) => !command.includes('--build'))).toEqual([]);
  const scaled = guides.filter((guide) => /docker compose up[^\n`]*--scale/.test(textOf(guide)));
  expect(scaled).toEqual([]);
});

describe('.env.example', () => {
  const known = new Set(
    [apiVariables, smtpVariables, workerVariables].flatMap((variables) => Object.keys(variables)),
  );
  /** Of the AWS SDK, of Node, and of docker compose. */
  const others = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'NODE_EXTRA_CA_CERTS',
    'POSTGRES_PASSWORD',
    'COMPOSE_PROFILES',
    'HOST_ADDRESS',
    'SMTP_HOST_ADDRESS',
    'WORKERS',
  ];

  test('names every variable of the processes, and no other', () => {
    const named = new Set(exampleLines.map(({ name }) => name));
    expect([...known].filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => !known.has(name) && !others.includes(name))).toEqual([]);
  });

  test('what it sets is accepted by each', () => {
    const set = Object.fromEntries(
      exampleLines.filter(({ isSet }) => isSet).map(({ name, value }) => [name, value]),
    );
    const password = set.POSTGRES_PASSWORD ?? '';
    const env = Object.fromEntries(
      Object.entries(set).map(([name, value]) => [
        name,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is docker compose that fills it in.
        value.replace('${POSTGRES_PASSWORD}', password),
      ]),
    );
    expect(() => parseEnv(apiVariables, env)).not.toThrow();
    expect(() => parseEnv(smtpVariables, env)).not.toThrow();
    expect(() => parseEnv(workerVariables, env)).not.toThrow();
  });

  test('what docker-compose.yml takes from it is in it', () => {
    const named = new Set(exampleLines.map(({ name }) => name));
    for (const [, name] of textOf('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g))
      expect(named).toContain(name);
  });
});
