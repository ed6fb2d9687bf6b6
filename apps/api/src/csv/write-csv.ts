import { once } from 'node:events';
import type { Page } from '@postroom/db';
import { untakenMs } from '@postroom/process';
import type { Response } from 'express';
import { csvCell } from './csv-cell.ts';

/** A CSV file that is read page by page. */
export type CsvFile<Item> = {
  /** What the file is called, without its ending. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly toCells: (item: Item) => readonly string[];
  /** What the page after an entry begins behind. */
  readonly cursorOf: (item: Item) => string;
  readonly pageAfter: (cursor: string | undefined) => Promise<Page<Item>>;
  /** Entries of a page that are not shown. */
  readonly isLeftOut?: (item: Item) => boolean;
};

const lineOf = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** Writes, and answers whether more may be written: the client takes it, within half a minute, and is still there. */
async function write(response: Response, text: string, gone: AbortSignal): Promise<boolean> {
  if (gone.aborted) return false;
  if (response.write(text)) return true;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(untakenMs)]);
  return once(response, 'drain', { signal }).then(
    () => true,
    () => false,
  );
}

/**
 * Answers a CSV file, page by page, no faster than it is taken: between two pages nothing is held of the database. What fails
 * once it has begun cuts the answer off, so that nobody takes a part of it for all.
 */
export async function writeCsv<Item>(response: Response, file: CsvFile<Item>): Promise<void> {
  const { name, columns, toCells, cursorOf, pageAfter, isLeftOut = () => false } = file;
  const textOf = (items: readonly Item[]): string =>
    items.flatMap((item) => (isLeftOut(item) ? [] : lineOf(toCells(item)))).join('');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Before the head: what cannot be read at all is answered as an error.
  let page = await pageAfter(undefined);
  response.setHeader('content-type', 'text/csv; charset=utf-8');
  response.setHeader('content-disposition', `attachment; filename="${name}.csv"`);
  response.setHeader('cache-control', 'no-store');
  if (response.req.method === 'HEAD') {
    // Nothing is taken of an answer without a body, and so nothing would hold back the reading of all pages.
    response.end();
    return;
  }
  try {
    let isTaken = await write(response, lineOf(columns) + textOf(page.items), gone.signal);
    for (
      let last = page.items.at(-1);
      isTaken && page.hasMore && last !== undefined;
      last = page.items.at(-1)
    ) {
      page = await pageAfter(cursorOf(last));
      isTaken = await write(response, textOf(page.items), gone.signal);
    }
    if (isTaken) response.end();
    else response.destroy();
  } catch (error) {
    response.destroy();
    throw error;
  }
}
