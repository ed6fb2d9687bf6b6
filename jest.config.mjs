/** What both projects are told. */
const shared = {
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.postroom/'],
};

/** How jest itself loads the tests of *pure*, each file into a context of its own. */
const loadedByJest = {
  // Packages export their TypeScript source under this condition, so that tests need no build.
  testEnvironmentOptions: { customExportConditions: ['@postroom/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

/** How Node loads those of *real*, for all files of a process once. */
const loadedByNode = { testRunner: '<rootDir>/packages/testkit/src/jest/native-runner.mjs', transform: {} };

/** Tests beside the source, the SDK's, and those in folders named `pure` need no server of the run's. */
const pure = [
  '<rootDir>/{apps,packages}/*/src/**/*.test.ts',
  '<rootDir>/{apps,packages}/*/test/pure/**/*.test.ts',
  '<rootDir>/packages/client/test/**/*.test.ts',
];

/** @type {import('jest').Config} */
export default {
  projects: [
    { ...shared, ...loadedByJest, displayName: 'pure', testMatch: pure },
    {
      ...shared,
      ...loadedByNode,
      displayName: 'real',
      testMatch: ['<rootDir>/{apps,packages}/*/test/**/*.test.ts', '<rootDir>/scripts/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/test/pure/', '/packages/client/test/'],
      globalSetup: '<rootDir>/packages/testkit/src/jest/global-setup.mjs',
      globalTeardown: '<rootDir>/packages/testkit/src/jest/global-teardown.mjs',
    },
  ],
  // What hangs is told from what is slow: a busy machine fails no test.
  testTimeout: 300_000,
  testSequencer: '<rootDir>/scripts/longest-first.mjs',
  // Most of the long ones wait for leases, windows and holds to end: two cores have time for a fourth.
  maxWorkers: 4,
};
