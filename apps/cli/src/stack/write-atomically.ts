import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs';

type Owner = { readonly uid: number; readonly gid: number };

/** Replaces a file at once: a reader sees the old text or the new one, never a part. One that is to stay another's is given to them. */
export function writeAtomically(path: string, text: string, mode = 0o644, owner?: Owner): void {
  const next = `${path}.${process.pid}.next`;
  try {
    writeFileSync(next, text, { mode });
    if (owner !== undefined && process.getuid?.() === 0) chownSync(next, owner.uid, owner.gid);
    renameSync(next, path);
  } catch (error) {
    // It may hold secrets.
    rmSync(next, { force: true });
    throw error;
  }
}
