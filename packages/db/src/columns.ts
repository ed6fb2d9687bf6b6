import { type Address, addressKey, type MessageHeader } from '@postroom/contracts';
import type { AttachmentRef, NewSend, StoredSend } from '@postroom/core';
import { Prisma } from './generated/client.ts';
import { momentOfId } from './ids-by-time.ts';
import { exactJson } from './stored-json.ts';

/** Where a column is read: of a send that is shown, that a worker claims, or of which the queue is told. */
type Use = 'shown' | 'claimed' | 'queued';

/** Of a new send, what a column is written with; null: the batch says it, or nobody yet. */
type Written = ((send: NewSend) => unknown) | null;

/** The forms of a column in a statement and in a record, where they differ from what it is. */
type Forms = {
  readonly inRecord: (value: unknown) => string | undefined;
  readonly stored: (name: string) => string;
  readonly read: (name: string) => string;
};

/** A column of `email_sends`. `Value` is what the driver reads of it. */
type Column<Value, In extends Use> = Forms & {
  /** Its type in the record that it is written from. */
  readonly type: string;
  readonly written: Written;
  readonly in: readonly In[];
  /** The type alone: there is no value. */
  readonly value?: Value;
};

const plain: Forms = { inRecord: JSON.stringify, stored: (name) => name, read: (name) => name };

const column =
  <Value>(type: string, forms: Partial<Forms> = {}) =>
  <const In extends Use = never>(written: Written, ...uses: readonly In[]): Column<Value, In> => ({
    ...plain,
    ...forms,
    type,
    written,
    in: uses,
  });

const uuid = column<string>('uuid');
const uuidOrNull = column<string | null>('uuid');
const text = column<string>('text');
const textOrNull = column<string | null>('text');
const boolean = column<boolean>('boolean');
const integer = column<number>('int');
const time = column<Date>('timestamptz');
const timeOrNull = column<Date | null>('timestamptz');
const hex = column<string>('text', {
  stored: (name) => `decode(${name}, 'hex')`,
  read: (name) => `encode(${name}, 'hex')`,
});
/** JSON that is kept as it came: jsonb would write its numbers its own way and sort its keys. */
const jsonText = column<string | null>('json', { inRecord: exactJson, read: (name) => `${name}::text` });
const addresses = column<readonly Address[] | null>('jsonb');

const list = <Item>(items: readonly Item[]) => (items.length === 0 ? null : items);

/**
 * The columns that are written when a send is accepted, or read of it when it is shown, claimed or queued, each named once, in
 * the words of the core: the database has underscores. What only statements of delivering compare is not among them.
 */
export const columns = {
  id: uuid(({ id }) => id, 'shown', 'queued'),
  messageId: uuid(({ messageId }) => messageId, 'shown', 'claimed'),
  workspaceId: uuid(null, 'claimed', 'queued'),
  batchId: uuidOrNull(null, 'shown'),
  dialect: column<StoredSend['dialect']>('"Dialect"')(({ dialect }) => dialect, 'shown', 'claimed'),
  lane: column<StoredSend['lane']>('"SendLane"')(({ lane }) => lane, 'shown', 'claimed', 'queued'),
  status: column<StoredSend['status']>('"SendStatus"')(({ status }) => status, 'shown'),
  delivery: column<StoredSend['delivery']>('"Delivery"')(null, 'shown'),
  simulated: boolean(({ simulated }) => simulated, 'shown', 'claimed'),
  idempotencyKey: textOrNull(({ idempotencyKey }) => idempotencyKey, 'shown'),
  fingerprint: hex(({ fingerprint }) => fingerprint, 'shown'),
  templateId: uuidOrNull(({ templateId }) => templateId, 'shown'),
  snapshotId: uuid(({ snapshotId }) => snapshotId, 'shown', 'claimed'),
  senderProfileId: uuidOrNull(({ senderProfileId }) => senderProfileId, 'shown', 'claimed'),
  configurationSet: textOrNull(({ configurationSet }) => configurationSet, 'claimed'),
  accountId: uuidOrNull(({ accountId }) => accountId, 'shown', 'queued'),
  fromEmail: text(({ from }) => from.email, 'shown', 'claimed'),
  fromName: textOrNull(({ from }) => from.name, 'shown', 'claimed'),
  replyToEmail: textOrNull(({ replyTo }) => replyTo?.email, 'shown', 'claimed'),
  replyToName: textOrNull(({ replyTo }) => replyTo?.name, 'shown', 'claimed'),
  subject: textOrNull(({ subject }) => subject, 'shown', 'claimed'),
  renderedSubject: textOrNull(null, 'shown'),
  subscriptionGroupId: uuidOrNull(({ subscriptionGroupId }) => subscriptionGroupId, 'shown', 'claimed'),
  confirmsGroupId: uuidOrNull(({ confirmsGroupId }) => confirmsGroupId, 'claimed'),
  profileId: uuidOrNull(({ profileId }) => profileId, 'shown'),
  toEmail: text(({ to }) => to.email, 'shown', 'claimed'),
  toName: textOrNull(({ to }) => to.name, 'shown', 'claimed'),
  toKey: text(({ to }) => addressKey(to.email)),
  toOthers: addresses(({ toOthers }) => list(toOthers), 'shown', 'claimed'),
  cc: addresses(({ cc }) => list(cc), 'shown', 'claimed'),
  bcc: addresses(({ bcc }) => list(bcc), 'claimed'),
  data: jsonText(({ data }) => data, 'claimed'),
  headers: column<readonly MessageHeader[] | null>('jsonb')(({ headers }) => list(headers), 'claimed'),
  attachments: column<readonly AttachmentRef[] | null>('jsonb')(
    ({ attachments }) => list(attachments),
    'claimed',
  ),
  tags: column<readonly string[] | null>('text[]')(({ tags }) => tags, 'shown'),
  trackClicks: boolean(({ trackClicks }) => trackClicks, 'claimed'),
  trackOpens: boolean(({ trackOpens }) => trackOpens, 'claimed'),
  trackText: boolean(({ trackText }) => trackText, 'claimed'),
  trackingHost: textOrNull(({ trackingHost }) => trackingHost, 'claimed'),
  scheduledAt: timeOrNull(({ scheduledAt }) => scheduledAt?.toISOString(), 'shown', 'claimed'),
  providerMessageId: textOrNull(null, 'shown'),
  failureClass: textOrNull(({ failure }) => failure?.failureClass),
  failureMessage: textOrNull(({ failure }) => failure?.message, 'shown'),
  epoch: integer(null, 'queued'),
  attempts: integer(null, 'claimed'),
  attemptsSpent: integer(null, 'claimed'),
  // Sends are listed by id, and so by creation.
  createdAt: time(({ id }) => momentOfId(id).toISOString(), 'shown', 'claimed'),
  updatedAt: time(null, 'shown'),
  contentRemovedAt: timeOrNull(null, 'shown'),
} as const;

type Columns = typeof columns;

/** The columns of one use, as the driver hands them over. */
export type ColumnsOf<Of extends Use> = {
  readonly [Name in keyof Columns as Columns[Name] extends Column<unknown, infer In>
    ? Of extends In
      ? Name
      : never
    : never]: Columns[Name] extends Column<infer Value, Use> ? Value : never;
};

const inDatabase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const all = Object.entries<Column<unknown, Use>>(columns).map(([name, column]) => ({
  ...column,
  name,
  stands: inDatabase(name),
}));

const record = all.flatMap(({ written, ...column }) =>
  written === null ? [] : [{ ...column, written, label: `${JSON.stringify(column.stands)}:` }],
);

/** The members of a send's record, as JSON without its braces; what is null is left out. */
export function recordMembers(send: NewSend): string {
  let members = '';
  for (const { label, written, inRecord } of record) {
    const value = written(send) ?? null;
    if (value !== null) members += `${members === '' ? '' : ','}${label}${inRecord(value)}`;
  }
  return members;
}

/** The columns of a record with their types, for `json_to_recordset`. */
export const recordTypes = Prisma.raw(record.map(({ stands, type }) => `${stands} ${type}`).join(', '));

const recordNames = record.map(({ stands }) => stands);
const recordValues = Prisma.raw(record.map(({ stands, stored }) => stored(`r.${stands}`)).join(', '));

/** The columns that a record `r` and the statement fill, and their values; `given` are those of the statement, by name. */
export const insertedColumns = (given: Readonly<Record<string, Prisma.Sql>>) => ({
  names: Prisma.raw([...recordNames, ...Object.keys(given)].join(', ')),
  values: Prisma.join([recordValues, ...Object.values(given)]),
});

/** The columns of one use, read of the row that a statement calls `row`. */
export function columnsOf(use: Use, row: string): Prisma.Sql {
  const wanted = all.filter((column) => column.in.includes(use));
  return Prisma.raw(
    wanted.map(({ name, stands, read }) => `${read(`${row}.${stands}`)} AS "${name}"`).join(', '),
  );
}
