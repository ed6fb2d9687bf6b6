import { createGate, createGateByOwner, type MjmlOutcome, PostroomError } from '@postroom/core';
import { problemAt } from '../template/part.ts';
import { type HiddenTags, hideTags, showTags } from './hidden-tags.ts';
import type { MjmlAnswer } from './mjml-messages.ts';
import { runMjml } from './run-mjml.ts';

/** How many sources are compiled at once, each in a process of 100 MB for a second, and how many wait for that long at most. */
const ofAll = { atOnce: 2, waiting: 8, waitMs: 20_000 };

/** The same of one workspace: who saves while a preview is made waits for it. */
const ofWorkspace = { atOnce: 1, waiting: 3, waitMs: 20_000 };

/** Compiles MJML; `close` ends what is under way, which answers `overdue`. */
export type MjmlCompiler = {
  readonly compileMjml: (source: string, workspaceId: string) => Promise<MjmlOutcome>;
  readonly close: () => void;
};

/** What an answer means for whoever wrote the source. */
function outcomeOf(original: string, hidden: HiddenTags, answer: MjmlAnswer | null): MjmlOutcome {
  if (answer === null) return { kind: 'overdue' };
  if (answer.kind === 'not_installed') return answer;
  if (answer.kind === 'unreadable') return { kind: 'invalid', line: 1, column: 1, reason: answer.reason };
  // A colour or a size that is an expression is right as far as anybody can know.
  const problem = answer.problems.find(({ message }) => message.search(hidden.word) < 0);
  if (problem !== undefined)
    return { kind: 'invalid', line: problem.line, column: 1, reason: problem.message };
  const shown = showTags(original, hidden, answer.html);
  return shown.kind === 'lost' ? { kind: 'invalid', ...shown.problem } : { kind: 'ok', html: shown.html };
}

/** Answers what a gate throws where no more may wait, or one has waited too long. */
const turnedAway =
  (refusal: Extract<MjmlOutcome, { kind: 'busy' }>['refusal']) =>
  (error: unknown): MjmlOutcome => {
    if (error instanceof PostroomError) return { kind: 'busy', refusal };
    throw error;
  };

/**
 * Compiles MJML with its Handlebars left as it is, each source in a process that can be killed. A workspace compiles one at
 * a time and all together two; a few wait, and whoever comes beside them is told to come again.
 */
export function createMjmlCompiler(run: typeof runMjml = runMjml): MjmlCompiler {
  const closing = new AbortController();
  const all = createGate(ofAll);
  const gateOf = createGateByOwner(ofWorkspace);
  return {
    async compileMjml(original, workspaceId) {
      const include = original.search(/<mj-include\b/i);
      if (include >= 0)
        return {
          kind: 'invalid',
          ...problemAt(original, include, 'mj-include reads files, of which there are none here'),
        };
      const compile = async () => {
        const hidden = hideTags(original);
        return outcomeOf(original, hidden, await run(hidden.source, closing.signal));
      };
      const turn = () => all(compile).catch(turnedAway('all_lines_full'));
      return gateOf(workspaceId)(turn).catch(turnedAway('own_line_full'));
    },
    close: () => closing.abort(),
  };
}
