import type { DatabaseView } from '@postroom/testkit';
import type { KeptWords } from '../nouns/facts.ts';
import { ownTextPattern, recipientDomain } from '../nouns/workspace.ts';

const word = new RegExp(
  `[a-z0-9+.-]+@(?:${recipientDomain.replaceAll('.', '\\.')}|simulator\\.amazonses\\.com)|${ownTextPattern}`,
  'gi',
);

/** Tables that hold what mail is made of. */
const ofSends: readonly string[] = ['email_sends', 'template_snapshots'];

/** Reads every table of the pipeline once, and answers which addresses and own texts of the load stand in it. */
export async function readWords(database: DatabaseView): Promise<KeptWords> {
  const tables = await database.rows(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
  const inSends = new Set<string>();
  const anywhere = new Map<string, string>();
  for (const { name } of tables) {
    const table = String(name);
    for (const { text } of await database.rows(`SELECT t::text AS text FROM "${table}" t`)) {
      for (const [found] of String(text).matchAll(word)) {
        if (ofSends.includes(table)) inSends.add(found);
        if (!anywhere.has(found)) anywhere.set(found, table);
      }
    }
  }
  return { inSends, anywhere };
}
