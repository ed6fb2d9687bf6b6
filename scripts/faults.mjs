#!/usr/bin/env node
/** Breaks the real processes: `npm run faults`, with the arguments that `-- --help` tells. */
import { runAfterSetUp } from './run-after-set-up.mjs';

const main = ['--import', 'tsx', '--conditions=@postroom/source', 'apps/faults/src/main.ts'];
await runAfterSetUp([...main, ...process.argv.slice(2)]);
