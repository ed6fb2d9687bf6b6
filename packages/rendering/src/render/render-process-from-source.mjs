// Reads TypeScript in a render process that starts from source (tests, development). Never part of a build.
import { register } from 'tsx/esm/api';

register();
await import('./render-process.ts');
