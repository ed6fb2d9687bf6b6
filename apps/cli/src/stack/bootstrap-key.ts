import { readFile } from 'node:fs/promises';
import { generateApiKey, looksLikeApiKey } from '@postroom/core';
import { Problem } from '../problem.ts';
import type { Home } from './home.ts';
import { writeAtomically } from './write-atomically.ts';

/** The key that the API makes at its start: `BOOTSTRAP_API_KEY`, else one that is made once and kept. */
export async function bootstrapKey(home: Home, env: NodeJS.ProcessEnv): Promise<string> {
  const given = env.BOOTSTRAP_API_KEY ?? '';
  if (looksLikeApiKey(given)) return given;
  if (given !== '') {
    throw new Problem(
      'BOOTSTRAP_API_KEY must be sk_live_ or sk_test_ and 27 to 200 letters, digits, _ or -.\nRun: unset BOOTSTRAP_API_KEY',
    );
  }
  const kept = (await readFile(home.keyFile, 'utf8').catch(() => '')).trim();
  if (looksLikeApiKey(kept)) return kept;
  const key = generateApiKey('live');
  writeAtomically(home.keyFile, `${key}\n`, 0o600);
  return key;
}
