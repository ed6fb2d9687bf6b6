import * as z from 'zod';
import { AnswerProblem, type ApiClient } from '../demo/api-client.ts';
import { Problem } from '../problem.ts';
import type { Terminal } from '../terminal.ts';
import type { ForeignTemplate, LeaveOut, Source } from './source.ts';

type Into = { readonly client: ApiClient; readonly terminal: Terminal; readonly isDry: boolean };

const imported = z.object({ added: z.int(), unchanged: z.int(), invalid: z.int() });

/**
 * Takes over what another product sends nothing to. What is there already stays as it is. Code 1: lines were left out, or
 * addresses that left one list alone, or nobody knows whether any did.
 */
export async function importSuppressions(source: Source, { client, terminal, isDry }: Into): Promise<number> {
  const total = { added: 0, unchanged: 0, invalid: 0, found: 0 };
  const left: Parameters<LeaveOut>[] = [];
  const leaveOut: LeaveOut = (...one) => {
    if (one[1] !== 0) left.push(one);
  };
  for await (const page of source.suppressions(leaveOut)) {
    total.found += page.length;
    terminal.status(`  ${total.found} addresses ...`);
    if (isDry || page.length === 0) continue;
    const answer = await client.post('/suppressions/import', page, imported);
    total.added += answer.added;
    total.unchanged += answer.unchanged;
    total.invalid += answer.invalid;
  }
  terminal.status(null);
  const { found, added, unchanged, invalid } = total;
  terminal.line(
    isDry
      ? `  ${found} addresses would be taken over.`
      : `  ${found} addresses: ${added} new or weightier, ${unchanged} there already, ${invalid} left out because they are no addresses.`,
  );
  for (const [list, addresses] of left) {
    terminal.line(
      addresses instanceof Problem
        ? `  How many left ${list} alone could not be read: ${addresses.message}`
        : `  ${addresses} left out that left ${list} alone: unsubscribe them from the group that takes its place.`,
    );
  }
  return invalid === 0 && left.length === 0 ? 0 : 1;
}

const summary = z.object({ id: z.string(), name: z.string(), status: z.string() });
const templatesPage = z.object({ data: z.array(summary), nextCursor: z.string().nullable() });
const content = z.object({ subject: z.string(), html: z.string(), text: z.string().nullable() });

/** Our templates by name. */
async function knownTemplates(client: ApiClient): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (let cursor = ''; ; ) {
    const page = await client.get(`/templates?limit=100&status=Active${cursor}`, templatesPage);
    for (const { id, name } of page.data) if (!known.has(name)) known.set(name, id);
    if (page.nextCursor === null) return known;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

/** Answers that are about the template; any other ends the import, which then finds what it made when it is run again. */
const aboutTheTemplate: ReadonlySet<number> = new Set([400, 409, 413, 422]);

/** More of what could not be translated is not told of one template. */
const mostTold = 5;

/**
 * Takes over templates, those alone that are wholly translated and that have no namesake here. One that has is left as it is,
 * so that a second run changes nothing. Code 1: some were left out.
 */
export async function importTemplates(source: Source, { client, terminal, isDry }: Into): Promise<number> {
  const known = new Map(await knownTemplates(client));
  const planned = new Set<string>();
  const counts = { made: 0, same: 0, differs: 0, refused: 0 };
  const tell = (name: string, words: string) => {
    terminal.status(null);
    terminal.line(`  ${name}: ${words}`);
  };
  const plan = (name: string) => {
    const isTaken = planned.has(name);
    planned.add(name);
    tell(name, isTaken ? 'would be left as it is: there is another one of that name' : 'would be made');
    return isTaken ? 'differs' : 'made';
  };
  const take = async (template: ForeignTemplate): Promise<keyof typeof counts> => {
    const { name, untranslated, ...written } = template;
    if (untranslated.length > 0) {
      const told = [...new Set(untranslated)].slice(0, mostTold).join(' ');
      tell(name, `left out: there is no word here for ${told}`);
      return 'refused';
    }
    const id = known.get(name);
    if (id !== undefined) {
      const { subject, html, text } = await client.get(`/templates/${id}`, content);
      const isSame = subject === written.subject && html === written.html && text === written.text;
      tell(name, isSame ? 'there already' : `left as it is: there is another one of that name (${id})`);
      return isSame ? 'same' : 'differs';
    }
    if (isDry) return plan(name);
    try {
      const made = await client.post('/templates', { name, ...written }, z.object({ id: z.string() }));
      known.set(name, made.id);
      tell(name, `made: ${made.id}`);
      return 'made';
    } catch (error) {
      if (!(error instanceof AnswerProblem && aboutTheTemplate.has(error.status))) throw error;
      tell(name, `left out: ${error.message}`);
      return 'refused';
    }
  };
  for await (const found of source.templates()) {
    if ('unreadable' in found) tell(found.name, `left out: ${found.unreadable}`);
    counts['unreadable' in found ? 'refused' : await take(found)] += 1;
  }
  const { made, same, differs, refused } = counts;
  terminal.line();
  terminal.line(`  ${made} made, ${same} there already, ${differs} left as they are, ${refused} left out.`);
  return refused + differs === 0 ? 0 : 1;
}
