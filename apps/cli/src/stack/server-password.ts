import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Home } from './home.ts';

/** The password of the servers that run here, made once and kept for its owner alone: other users share 127.0.0.1. */
export function serverPassword({ passwordFile }: Home): string {
  try {
    // Made by the first who asks; the other one, of the same moment, reads it.
    writeFileSync(passwordFile, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere) throw error;
  }
  return readFileSync(passwordFile, 'utf8').trim();
}
