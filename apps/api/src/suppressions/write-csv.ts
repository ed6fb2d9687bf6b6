import { once } from 'node:events';
import type { Page, StoredSuppression } from '@postroom/db';
import type { Response } from 'express';
import { untakenMs } from '../http/end-untaken.ts';
import { csvCell } from './csv-cell.ts';

/** Rows that are read at once. */
const pageRows = 500;

const names = ['email', 'reason', 'origin', 'note', 'expiresAt', 'createdAt'];

const lineOf = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

const toLine = ({ email, reason, origin, note, expiresAt, createdAt }: StoredSuppression): string =>
  lineOf([email, reason, origin, note ?? '', expiresAt?.toISOString() ?? '', createdAt.toISOString()]);

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

type PageAfter = (cursor: string | undefined, limit: number) => Promise<Page<StoredSuppression>>;

/**
 * Answers all suppressions as a CSV file, page by page, no faster than it is taken: between two pages nothing is held of the
 * database. What fails once it has begun cuts the answer off, so that nobody takes a part of it for all.
 */
export async function writeCsv(response: Response, pageAfter: PageAfter): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // Before the head: what cannot be read at all is answered as an error.
  let page = await pageAfter(undefined, pageRows);
  response.setHeader('content-type', 'text/csv; charset=utf-8');
  response.setHeader('content-disposition', 'attachment; filename="suppressions.csv"');
  response.setHeader('cache-control', 'no-store');
  try {
    let isTaken = await write(response, lineOf(names) + page.items.map(toLine).join(''), gone.signal);
    for (
      let last = page.items.at(-1);
      isTaken && page.hasMore && last !== undefined;
      last = page.items.at(-1)
    ) {
      page = await pageAfter(last.emailKey, pageRows);
      isTaken = await write(response, page.items.map(toLine).join(''), gone.signal);
    }
    if (isTaken) response.end();
    else response.destroy();
  } catch (error) {
    response.destroy();
    throw error;
  }
}
