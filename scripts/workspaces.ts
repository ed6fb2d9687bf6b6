import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (place: string) => fileURLToPath(new URL(`../${place}`, import.meta.url));

/** The names of our apps or packages. What one that is gone has left behind, its `dist` say, is none. */
export const workspacesIn = (kind: 'apps' | 'packages'): string[] =>
  readdirSync(pathOf(kind)).filter((name) => existsSync(pathOf(`${kind}/${name}/package.json`)));
