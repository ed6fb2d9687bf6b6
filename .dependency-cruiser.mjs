/**
 * The arrows of ARCHITECTURE.md, as rules. `npm run check:arrows` fails on a violation, and
 * scripts/arrows.test.ts plants one of each kind to see that it does.
 */
const sdkHomes = {
  'prisma|pg': ['^(@prisma/|pg$)', 'packages/db'],
  'bullmq|ioredis': ['^(bullmq|ioredis)$', 'packages/queue'],
  handlebars: ['^handlebars$', 'packages/rendering'],
  aws: ['^@aws-sdk/', 'packages/provider-ses'],
};

const pathInNodeModules = (pattern) => `node_modules/(${pattern.replace(/^\^/, '').replace(/\$/g, '(/|$)')})`;

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
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
      name: 'contracts-config-and-observability-are-leaves',
      severity: 'error',
      from: { path: '^packages/(contracts|config|observability)/' },
      to: { path: '^packages/([^/]+)/', pathNot: '^packages/(contracts|config|observability)/' },
    },
    {
      name: 'leaves-do-not-import-each-other',
      severity: 'error',
      from: { path: '^packages/(contracts|config|observability)/' },
      to: { path: '^packages/(contracts|config|observability)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'core-sees-contracts-only',
      severity: 'error',
      from: { path: '^packages/core/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/', pathNot: '^packages/(core|contracts)/' },
    },
    {
      name: 'adapters-see-core-contracts-and-leaves',
      severity: 'error',
      from: { path: '^packages/(db|queue|rendering|provider-ses)/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^packages/([^/]+)/',
        pathNot: '^packages/($1|core|contracts|config|observability)/',
      },
    },
    {
      name: 'testkit-is-for-tests-and-tools',
      severity: 'error',
      from: { path: '^(apps/(api|worker)|packages/(?!testkit)[^/]+)/', pathNot: '(\\.test\\.ts$|/test/)' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'packages-are-entered-through-their-index',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: { path: '^packages/[^/]+/', pathNot: '^(packages/[^/]+/src/index\\.ts$|$1/$2/)' },
    },
    ...Object.entries(sdkHomes).map(([name, [pattern, home]]) => ({
      name: `${name}-has-one-home`,
      severity: 'error',
      from: { path: '^(apps|packages)/', pathNot: `(^${home}/|\\.test\\.ts$|^packages/testkit/|/test/)` },
      to: { path: pathInNodeModules(pattern) },
    })),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^(apps|packages)/[^/]+/dist/|^packages/db/src/generated/)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@postroom/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
