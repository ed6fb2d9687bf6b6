import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Home } from './home.ts';
import { writeAtomically } from './write-atomically.ts';

const stackFileSchema = z.object({
  apiUrl: z.string(),
  smtpUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  sesUrl: z.string(),
  /** Null when SES is not ours. */
  inboxUrl: z.string().nullable(),
  api: z.array(z.int()),
  smtp: z.array(z.int()),
  workers: z.array(z.int()),
});

/** What is up, as scripts read it: URLs, and the process ids of what runs now. */
export type StackFile = z.infer<typeof stackFileSchema>;

/** Writes `stack.json`; only its owner may read it, because a URL can hold a password. */
export function writeStackFile(home: Home, stack: StackFile): void {
  writeAtomically(home.stackFile, `${JSON.stringify(stack, null, 2)}\n`, 0o600);
}

/** Reads `stack.json`; null when no stack is up. */
export function readStackFile(home: Home): StackFile | null {
  try {
    return stackFileSchema.parse(JSON.parse(readFileSync(home.stackFile, 'utf8')));
  } catch {
    return null;
  }
}
