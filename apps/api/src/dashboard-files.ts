import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where the built page is, seen from `src/` and from `dist/` alike; null: it was not built. */
export function findDashboardFiles(): string | null {
  const folder = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url));
  return existsSync(`${folder}index.html`) ? folder : null;
}
