/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
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
  testMatch: ['<rootDir>/{apps,packages}/*/{src,test}/**/*.test.ts', '<rootDir>/scripts/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.postroom/'],
  globalSetup: '<rootDir>/packages/testkit/src/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/packages/testkit/src/jest/global-teardown.mjs',
  testTimeout: 60_000,
  // Most of the long ones wait for leases, windows and holds to end: two cores have time for a third.
  maxWorkers: 3,
};
