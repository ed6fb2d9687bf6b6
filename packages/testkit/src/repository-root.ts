import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '../../..');
