import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a file at once: a reader sees the old text or the new one, never a part. */
export function writeAtomically(path: string, text: string, mode = 0o644): void {
  const next = `${path}.${process.pid}.next`;
  writeFileSync(next, text, { mode });
  renameSync(next, path);
}
