import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { register as registerTypeScript } from 'tsx/esm/api';
import { bindGlobals } from './native-globals.mjs';

/**
 * Jest's own test runner with one thing changed: Node loads the test file, not a context of the file's own. Packages are
 * so loaded, compiled and optimised once for all the files that a process runs, in place of once for each.
 */
registerTypeScript();
register('./native-hooks.mjs', import.meta.url);
process.setSourceMapsEnabled(true);
// What a worker holds is not taken down when it ends by itself: Node 20 can turn in a circle for ever while doing that. The
// process of jest itself, which runs a lone file, learns its exit code from a handler that comes after this.
if (process.send !== undefined) process.once('exit', (code) => process.exit(code));

const require = createRequire(import.meta.url);

export default function runTestFile(globalConfig, config, environment, runtime, testPath, report) {
  const native = Object.create(runtime, {
    requireInternalModule: { value: requireAnew },
    setGlobalsForRuntime: { value: bindGlobals },
    unstable_shouldLoadAsEsm: { value: () => true },
    unstable_importModule: { value: (path) => import(pathToFileURL(path)) },
  });
  // The handlers of the file before, and the mapping of stacks that knows only what jest itself compiled.
  globalThis[Symbol.for('EVENT_HANDLERS')] = undefined;
  Error.prepareStackTrace = undefined;
  return circus.default(globalConfig, config, environment, native, testPath, report);
}

/** Which test runs, as jest asks for it. */
const runningTest = new AsyncLocalStorage();
const storages = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage');
const theSame = {
  configurable: true,
  value: function storageOfAllFiles() {
    return runningTest;
  },
};

/**
 * Jest's state of a test file is that of a module, and begins with it. Not so its storage: until one is disabled, Node 20
 * carries it to every promise, so that each file would make all that come after it in this process slower.
 */
function requireAnew(path) {
  delete require.cache[path];
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', theSame);
  try {
    return require(path);
  } finally {
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', storages);
  }
}
