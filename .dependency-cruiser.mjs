/**
 * The arrows of ARCHITECTURE.md, as rules. `npm run check:arrows` fails on a violation, and
 * scripts/arrows.test.ts plants one of each kind to see that it does.
 */
const leaves = 'contracts|process';
const tests = '(\\.test\\.ts$|^(apps|packages)/[^/]+/test/)';

/** Each third-party SDK has one home; what stands in for the other side of the wire may see its own. */
const homes = [
  {
    name: 'prisma-and-pg',
    modules: '@prisma/[^/]+|pg',
    home: 'packages/db',
    alsoIn: 'packages/(servers|testkit)',
  },
  { name: 'bullmq-and-ioredis', modules: 'bullmq|ioredis|rate-limiter-flexible', home: 'packages/redis' },
  {
    name: 'handlebars',
    modules: 'handlebars|htmlparser2|entities|mjml-core|mjml-preset-core',
    home: 'packages/rendering',
  },
  {
    name: 'aws-sdk',
    modules: '@(?:aws-sdk|smithy)/[^/]+',
    home: 'packages/provider-ses',
    alsoIn: 'packages/servers',
  },
  { name: 'nodemailer', modules: 'nodemailer', home: 'packages/provider-ses', alsoIn: 'apps/smtp/test' },
  { name: 'smtp-server', modules: 'smtp-server', home: 'apps/smtp' },
  { name: 'pino-and-prom-client', modules: 'pino|prom-client', home: 'packages/process' },
  {
    name: 'opentelemetry',
    modules: '@opentelemetry/[^/]+',
    home: 'packages/process',
    alsoIn: 'packages/testkit',
  },
  { name: 'preact', modules: 'preact|preact-iso|@preact/[^/]+|uplot', home: 'apps/dashboard' },
  { name: 'express', modules: 'express|isbot|@bull-board/[^/]+', home: 'apps/api' },
  {
    name: 'request-filtering-agent',
    modules: 'request-filtering-agent|ipaddr\\.js',
    home: 'packages/webhooks',
  },
];

/** The bench measures each SDK alone there, as the least that ours can cost. */
const floors = 'apps/bench/src/floors';

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    // What cannot be resolved would be seen by no other rule.
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-app-imports-an-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-package-imports-an-app',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^apps/' },
    },
    {
      name: 'leaves-see-no-package',
      severity: 'error',
      from: { path: `^packages/(${leaves})/` },
      to: { path: '^packages/', pathNot: '^packages/$1/' },
    },
    {
      name: 'core-sees-contracts-only',
      severity: 'error',
      from: { path: '^packages/core/' },
      // For the last two, see servers-are-for-tests-and-tools and testkit-is-for-tests-and-tools.
      to: { path: '^packages/', pathNot: '^packages/(core|contracts|servers|testkit)/' },
    },
    {
      name: 'adapters-see-core-contracts-and-leaves',
      severity: 'error',
      from: { path: '^packages/(db|redis|rendering|provider-ses|webhooks)/' },
      to: { path: '^packages/', pathNot: `^packages/($1|core|${leaves}|servers|testkit)/` },
    },
    {
      // What all verbs share knows none of them: the rooms beside it, of whatever name. Files of no room are nouns as well.
      name: 'nouns-see-no-verb',
      severity: 'error',
      from: { path: '^packages/core/src/send/', pathNot: tests },
      to: { path: '^packages/core/src/[^/]+/', pathNot: '^packages/core/src/send/' },
    },
    {
      name: 'nouns-of-faults-see-no-verb',
      severity: 'error',
      from: { path: '^apps/faults/src/nouns/' },
      to: { path: '^apps/faults/src/', pathNot: '^apps/faults/src/nouns/' },
    },
    ...['core', 'db'].map((name) => ({
      name: `accepting-and-delivering-are-apart-in-${name}`,
      severity: 'error',
      from: { path: `^packages/${name}/src/(accept|deliver)/` },
      to: { path: `^packages/${name}/src/(accept|deliver)/`, pathNot: `^packages/${name}/src/$1/` },
    })),
    {
      // Whoever installs the client gets nothing else, and may run it where Node's own modules are not.
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^packages/client/src/', pathNot: tests },
      to: { pathNot: '^packages/client/' },
    },
    {
      name: 'client-and-reference-see-contracts-only',
      severity: 'error',
      from: { path: '^packages/(client|reference)/' },
      to: { path: '^packages/', pathNot: '^packages/($1|contracts)/' },
    },
    {
      // Whatever else loaded it, a worker say, would keep the whole of it in memory.
      name: 'reference-is-for-the-docs-route',
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: [tests, '^packages/reference/', '^apps/api/src/(docs/|routes/docs\\.ts$)'],
      },
      to: { path: '^packages/reference/' },
    },
    {
      // Their tests take the kit by its path: named in the manifest, it would make a circle of packages.
      name: 'servers-see-no-package',
      severity: 'error',
      from: { path: '^packages/servers/', pathNot: tests },
      to: { path: '^packages/', pathNot: '^packages/servers/' },
    },
    {
      name: 'testkit-sees-servers-only',
      severity: 'error',
      from: { path: '^packages/testkit/' },
      to: { path: '^packages/', pathNot: '^packages/(servers|testkit)/' },
    },
    {
      name: 'servers-are-for-tests-and-tools',
      severity: 'error',
      from: { path: '^(apps/(api|smtp|worker)|packages/(?!(servers|testkit)/)[^/]+)/', pathNot: tests },
      to: { path: '^packages/servers/' },
    },
    {
      // The image ships none of it.
      name: 'testkit-is-for-tests-and-tools',
      severity: 'error',
      from: { path: '^(apps/(api|smtp|worker|cli)|packages/(?!testkit/)[^/]+)/', pathNot: tests },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'packages-are-entered-through-their-index',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^packages/[^/]+/', pathNot: '^(packages/[^/]+/src/index\\.ts$|$1/$2/)' },
    },
    ...homes.map(({ name, modules, home, alsoIn }) => ({
      name: `${name}-at-home-only`,
      severity: 'error',
      from: {
        path: '^(apps|packages)/',
        pathNot: [home, alsoIn, floors].filter(Boolean).map((folder) => `^${folder}/`),
      },
      to: { path: `node_modules/(${modules})/` },
    })),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Not plain `dist/`: that would hide every package that ships one, and so every SDK.
    // Nor the dashboard, whose JSX this parser does not read: a test looks at its imports.
    exclude: { path: '(^(apps|packages)/[^/]+/dist/|^packages/db/src/generated/|^apps/dashboard/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@postroom/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
