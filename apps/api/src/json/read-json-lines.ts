import type { ImportLine } from '@postroom/core';
import { countFields } from './count-fields.ts';
import { JsonElements, NotJsonError } from './json-elements.ts';
import { JsonScan } from './json-scan.ts';
import { badBody } from './parse-json.ts';

const noLine = 'must be an object with an address, or an address';

/** The texts of an object's own fields; what it holds beside texts and numbers says nothing of a suppression. */
function cellsOf(value: object): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(value).flatMap(([name, field]) =>
      typeof field === 'string' || typeof field === 'number' ? [[name, String(field)] as const] : [],
    ),
  );
}

function parseElement(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotJsonError();
  }
}

async function lineOf(line: number, text: string): Promise<ImportLine> {
  const value = parseElement(text);
  if (typeof value === 'string') return { line, cells: new Map([['email', value]]) };
  if (typeof value !== 'object' || value === null) return { line, problem: noLine };
  const scan = new JsonScan();
  scan.feed(Buffer.from(text));
  // Each colon between strings is a field: whatever is not there any more stood twice.
  if ((await countFields(value)) !== scan.fields) return { line, problem: 'has a field that stands twice' };
  if (scan.hasChangedNumber)
    return { line, problem: 'has a number that would be changed: send it as a string' };
  return { line, cells: cellsOf(value) };
}

const malformed = (lines: number) =>
  badBody(
    lines === 0
      ? 'The body is not JSON, or holds no list of addresses.'
      : `The body is not JSON, or holds something else than a list, behind element ${lines}. Those before are taken.`,
  );

/** The elements of a JSON list, or of the list in a JSON object, as they come; `line` is their number, from 1. */
export async function* readJsonLines(chunks: AsyncGenerator<Buffer>): AsyncGenerator<ImportLine> {
  const elements = new JsonElements();
  let lines = 0;
  try {
    for await (const chunk of chunks) {
      for (const text of elements.feed(chunk)) {
        lines += 1;
        yield await lineOf(lines, text);
      }
    }
    elements.end();
  } catch (error) {
    throw error instanceof NotJsonError ? malformed(lines) : error;
  }
}
