/** Node loads the tests of both projects, for all files of a process once. */
const shared = {
  testEnvironment: 'node',
  testRunner: '<rootDir>/packages/testkit/src/jest/native-runner.mjs',
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.postroom/'],
};

/** Tests beside the source, the SDK's, and those in folders named `pure` need no server of the run's. */
const pure = [
  '<rootDir>/{apps,packages}/*/src/**/*.test.ts',
  '<rootDir>/{apps,packages}/*/test/pure/**/*.test.ts',
  '<rootDir>/packages/client/test/**/*.test.ts',
];

/** @type {import('jest').Config} */
export default {
  projects: [
    { ...shared, displayName: 'pure', testMatch: pure },
    {
      ...shared,
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
  // Most of the long ones wait for leases, windows and holds to end: two cores have time for a fifth.
  maxWorkers: 5,
};
