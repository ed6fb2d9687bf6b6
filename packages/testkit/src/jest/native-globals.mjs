/** What `@jest/globals` is to tests that Node loads: live bindings to the functions for the test file being run. */
export let afterAll;
export let afterEach;
export let beforeAll;
export let beforeEach;
export let describe;
export let expect;
export let test;

/** Binds them to a test file's own: jest makes them anew for each. */
export function bindGlobals(globals) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } = globals);
}
