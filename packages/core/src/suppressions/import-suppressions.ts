import {
  maxImportErrors,
  maxSuppressionsPerImport,
  type SuppressionImport,
  type SuppressionReason,
} from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { createPace } from '../turns.ts';
import { type ImportCells, type ImportedSuppression, readImportLine } from './read-import-line.ts';

/** A line of an import by its number, from 1, or why it cannot be read. */
export type ImportLine = { readonly line: number } & (
  | { readonly cells: ImportCells }
  | { readonly problem: string }
);

export type ImportSuppressionsDeps = {
  readonly suppressions: {
    /** Adds those that do not exist yet, or weigh less; answers how many that were. */
    addMany(workspaceId: string, suppressions: readonly ImportedSuppression[]): Promise<number>;
  };
};

/** So many are written together: a statement of a few dozen milliseconds. */
const sliceLines = 500;

const tooMany = () =>
  new PostroomError(
    'payload_too_large',
    `An import holds at most ${maxSuppressionsPerImport.toLocaleString('en-US')} lines. The first of them are taken: send the others in further imports.`,
  );

type Tally = {
  total: number;
  added: number;
  invalid: number;
  readonly errors: { line: number; message: string }[];
};

/**
 * Takes the lines of an import as they come, slice by slice, so that nobody waits for it. What a line has wrong is told, and
 * the others are taken. Done twice, or again after it broke off, it comes to the same.
 */
export async function importSuppressions(
  { suppressions }: ImportSuppressionsDeps,
  lines: AsyncIterable<ImportLine>,
  asked: { readonly workspaceId: string; readonly reason: SuppressionReason },
): Promise<SuppressionImport> {
  const pace = createPace();
  const tally: Tally = { total: 0, added: 0, invalid: 0, errors: [] };
  let slice: ImportedSuppression[] = [];
  const write = async () => {
    const lines = slice;
    slice = [];
    if (lines.length > 0) tally.added += await suppressions.addMany(asked.workspaceId, lines);
  };
  try {
    for await (const line of lines) {
      if (tally.total === maxSuppressionsPerImport) throw tooMany();
      tally.total += 1;
      const read = 'problem' in line ? refused(line.problem) : readImportLine(line.cells, asked.reason);
      if (read.kind === 'ok') slice.push(read.suppression);
      else note(tally, line.line, read.message);
      if (slice.length === sliceLines) await write();
      await pace();
    }
  } finally {
    // What came before the line that breaks it off is taken, as the answer says.
    await write();
  }
  const { total, added, invalid, errors } = tally;
  return {
    total,
    added,
    unchanged: total - added - invalid,
    invalid,
    errors,
    moreErrors: invalid - errors.length,
  };
}

const refused = (message: string) => ({ kind: 'bad', message }) as const;

function note(tally: Tally, line: number, message: string): void {
  tally.invalid += 1;
  if (tally.errors.length < maxImportErrors) tally.errors.push({ line, message });
}
