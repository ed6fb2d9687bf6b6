import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';

/** Statements that change a send's status or delivery and tell nobody, with the reason. */
const silent: Readonly<Record<string, string>> = {
  'deliver/claim-store.ts': 'that a worker has it in hand is nobody’s business, and it may come back',
  'erasures/erase-sends.ts': 'what is erased says nothing any more',
};

/** Of SQL: a statement that may change what a send has come to. Leases, looks and epochs change none of it. */
const writes =
  /\bINSERT INTO email_sends\b|\bUPDATE email_sends\b[^;`]*?\bSET\b(?:\s*\$\{|(?:(?!\bWHERE\b|\bFROM\b)[^`])*?(?<![.\w])(?:status|delivery) = )/g;

/** How one beside others in its file says that it tells nobody, and why. */
const isSilent = /-- Told to nobody: \w/;

/** How a statement says it: a part that is named so, made by the one place that writes notices. */
const tells = /\btold AS \(\$\{/g;

const root = new URL('../../src/', import.meta.url);

async function sources(): Promise<readonly (readonly [string, string])[]> {
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('generated'),
  );
  return Promise.all(files.map(async (file) => [file, await readFile(new URL(file, root), 'utf8')] as const));
}

/** The statements of a file, and parts of some, each from its opening backtick to the last: templates within belong to it. */
function statementsOf(text: string): readonly string[] {
  const begins = [
    ...text.matchAll(
      /(?:\$(?:query|execute)Raw|\bsql\.(?:query|run))(?:<.*>)?`|^export const \w+ = Prisma\.sql`/gm,
    ),
  ].map(({ index }) => index);
  return begins.map((begin, at) => text.slice(begin, begins[at + 1] ?? text.length));
}

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

test('every statement that changes the status or the delivery of a send tells of it', async () => {
  const found: string[] = [];
  const untold: string[] = [];
  for (const [file, text] of await sources()) {
    for (const statement of statementsOf(text)) {
      if (count(statement, writes) === 0) continue;
      found.push(file);
      if (!(file in silent) && !isSilent.test(statement) && count(statement, tells) === 0)
        untold.push(`${file}: ${statement.slice(0, 80)}`);
    }
  }
  expect(untold).toEqual([]);
  expect([...new Set(found)].sort()).toEqual([
    'accept/send-store.ts',
    'change/change-many.ts',
    'change/send-change-store.ts',
    'deliver/attempt-store.ts',
    'deliver/claim-store.ts',
    'deliver/event-statement.ts',
    'deliver/event-store.ts',
    'deliver/sweep-store.ts',
    'erasures/erase-sends.ts',
  ]);
  // A statement that is not seen any more would be held to nothing.
  expect(found).toHaveLength(13);
});

test('nothing but the one place writes notices of what has happened', async () => {
  const writers = (await sources()).filter(([, text]) => text.includes('INSERT INTO webhook_notices'));
  // The log writes those of tests.
  expect(writers.map(([file]) => file).sort()).toEqual(['notify/notice-log-store.ts', 'notify/tell.ts']);
});
