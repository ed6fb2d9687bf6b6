import { pipeline } from 'node:stream';
import {
  Collector,
  type ImportCells,
  type ImportLine,
  isAddress,
  isAddressName,
  reasonOf,
} from '@postroom/core';
import { CsvError, parse } from 'csv-parse';
import { badBody } from '../json/parse-json.ts';
import { textOfCell } from './csv-cell.ts';

/** One line may have so many bytes, and so many cells are looked at. */
const maxLineBytes = 64 * 1024;
const maxCells = 50;

const delimiters = [',', ';', '\t'] as const;

/** What separates the cells of a file: what its first line has most of, or the comma. */
function delimiterOf(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  const countOf = (delimiter: string) => line.split(delimiter).length;
  return delimiters.toSorted((a, b) => countOf(b) - countOf(a))[0] ?? ',';
}

/** The first chunk of a file, which has its first line, and the file with it. */
async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ first: Buffer; all: AsyncGenerator<Buffer> }> {
  const begun = new Collector();
  for (let hasLine = false; !hasLine && begun.bytes < maxLineBytes; ) {
    const next = await chunks.next();
    if (next.done === true) break;
    begun.add(next.value);
    hasLine = next.value.includes('\n');
  }
  const first = await begun.join();
  const all = async function* () {
    yield first;
    yield* chunks;
  };
  return { first, all: all() };
}

/** A line by the names of the first one; or, where that names none, by what its cells are. */
function cellsOf(cells: readonly string[], names: readonly string[] | null): ImportCells {
  const texts = cells.slice(0, maxCells).map(textOfCell);
  if (names !== null) return texts.map((text, at) => [names[at] ?? '', text]);
  const email = texts.find((text) => isAddress(text.trim())) ?? texts[0] ?? '';
  const reason = texts.find((text) => text !== email && reasonOf(text) !== undefined);
  return [['email', email], ...(reason === undefined ? [] : [['reason', reason] as const])];
}

const isHeader = (cells: readonly string[]): boolean =>
  cells.some(isAddressName) && !cells.some((cell) => isAddress(textOfCell(cell).trim()));

const messages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is not closed',
  CSV_MAX_RECORD_SIZE: 'a line is longer than 64 KiB, or a quote is not closed',
};

const malformed = (error: CsvError) =>
  badBody(
    `The file is not CSV: ${messages[error.code] ?? 'it cannot be read'}, at line ${error.lines ?? 1} or after it. The lines before are taken.`,
  );

/** What the parser tells of a line: its cells, and how many lines there were up to its end. */
type CsvRow = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/** The lines of a CSV file, or of one with an address a line, as they come. Rejects where it is no such file. */
export async function* readCsvLines(chunks: AsyncGenerator<Buffer>): AsyncGenerator<ImportLine> {
  const { first, all } = await peek(chunks);
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(first.toString('utf8')),
    info: true,
    max_record_size: maxLineBytes,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // What fails before it reaches whoever reads what comes out.
  pipeline(all, parser, () => undefined);
  const rows: AsyncIterable<CsvRow> = parser;
  let names: readonly string[] | null = null;
  let isFirst = true;
  try {
    for await (const { record, info } of rows) {
      if (isFirst && isHeader(record)) names = record;
      else yield { line: info.lines, cells: cellsOf(record, names) };
      isFirst = false;
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error) : error;
  }
}
