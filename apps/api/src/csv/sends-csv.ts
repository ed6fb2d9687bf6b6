import { formatAddress } from '@postroom/contracts';
import { filterUntil, type SendOwner, type SendsFilter, type StoredSend } from '@postroom/core';
import type { SendReadStore } from '@postroom/db';
import { subjectOf } from '../present/email-send.ts';
import type { CsvFile } from './write-csv.ts';

/** Rows that are read at once. */
const pageRows = 250;

const columns = [
  ...[
    'id',
    'status',
    'delivery',
    'to',
    'from',
    'subject',
    'templateId',
    'batchId',
    'senderProfileId',
    'tags',
  ],
  ...['providerMessageId', 'failureMessage', 'createdAt', 'updatedAt'],
];

const toCells = (send: StoredSend): readonly string[] => [
  send.id,
  send.status,
  send.delivery ?? '',
  send.to.email,
  formatAddress(send.from),
  subjectOf(send),
  send.templateId ?? '',
  send.batchId ?? '',
  send.senderProfileId ?? '',
  send.tags.join(' '),
  send.providerMessageId ?? '',
  send.failureMessage ?? '',
  send.createdAt.toISOString(),
  send.updatedAt.toISOString(),
];

/** What is exported: an owner's sends that a filter lets through, but for those that were accepted after the export was asked for. */
export type ExportedSends = {
  /** The id of the export, which is later than theirs. */
  readonly id: string;
  readonly owner: SendOwner;
  readonly filter: SendsFilter;
  readonly askedAt: Date;
};

/** Sends as a file, newest first, as they stand while it is read: nothing of them is kept anywhere else. */
export const sendsCsv = (
  sends: SendReadStore,
  { id, owner, filter, askedAt }: ExportedSends,
): CsvFile<StoredSend> => ({
  name: 'emails',
  columns,
  toCells,
  cursorOf: ({ id }) => id,
  isLeftOut: (send) => send.id > id,
  pageAfter: (cursor) => sends.list(owner, { filter: filterUntil(filter, askedAt), cursor, limit: pageRows }),
});
