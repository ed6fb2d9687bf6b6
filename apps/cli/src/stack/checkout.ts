import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `apps/` and `packages/`, seen from `src/` and from `dist/` alike. */
export const checkoutDir = fileURLToPath(new URL('../../../..', import.meta.url));

/** Whether this process runs from TypeScript, so that what it starts does too. */
export const isFromSource = import.meta.url.endsWith('.ts');

/** The entry of one of the apps, as it has to be given to `node`. */
export function entryOf(app: 'api' | 'smtp' | 'worker' | 'cli'): string {
  return join(checkoutDir, 'apps', app, isFromSource ? 'src/main.ts' : 'dist/main.js');
}

/** What a person types to run a command of ours, in the words in which this one was run. */
export function typed(command: string, options = ''): string {
  const { npm_lifecycle_event: script } = process.env;
  const isOwnScript = command === 'up' || command === 'quickstart';
  if (isOwnScript && (script === command || isFromSource)) {
    return options === '' ? `npm run ${command}` : `npm run ${command} -- ${options}`;
  }
  const words = options === '' ? command : `${command} ${options}`;
  return isFromSource ? `npm run postroom -- ${words}` : `node apps/cli/dist/main.js ${words}`;
}
