// On Node 20 `--import tsx` prepares the main thread only, so a thread that starts from TypeScript
// registers tsx itself. Never part of a build.
import { register } from 'tsx/esm/api';

register();
await import('./render-thread.ts');
