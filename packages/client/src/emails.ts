import type { BatchDeps, BatchOptions } from './batch/batch-options.ts';
import type { BatchResult, PartialEmails, PartialItems } from './batch/batch-result.ts';
import { checkSingleKey, isGiven } from './batch/keys.ts';
import { onWire } from './batch/on-wire.ts';
import { answeredBatch, countItems, partialEmails, partialItems } from './batch/present-batch.ts';
import { sendEmails } from './batch/send-emails.ts';
import { sendItems } from './batch/send-items.ts';
import { failure, type Result, success } from './result.ts';
import { type AnswerGuard, hasFields } from './transport/read-answer.ts';
import type { Call, CallOptions } from './transport/transport.ts';
import type {
  Email,
  EmailId,
  EmailPreview,
  EmailRecord,
  EmailsBatch,
  EmailsDryRun,
  SendEmailRequest,
} from './types/email.ts';
import type {
  EmailSend,
  ItemPreview,
  ItemResult,
  ItemsBatch,
  ItemsBatchRequest,
  ItemsDryRun,
  SingleItem,
} from './types/item.ts';
import type { Moment } from './types/message.ts';
import type { EmailFilters, EmailHistory, EmailList } from './types/sends.ts';
import { walk } from './walk.ts';

/** What a single send takes beside the email. */
export type SendOptions = CallOptions & {
  /** 1 to 255 printable ASCII characters; made for you if left out. */
  readonly idempotencyKey?: string | null | undefined;
};

type DryRun = { readonly dryRun: true };
type RealRun = { readonly dryRun?: false | undefined };

const isSend = hasFields<EmailSend>('id', 'status', 'messageId');
const isList = hasFields<EmailList>('emails', 'next_cursor');

/** An answer `{ email }` of the emails dialect. */
const isEmail = <One extends EmailRecord>(body: unknown): body is { readonly email: One } =>
  hasFields<{ email: unknown }>('email')(body) && hasFields<EmailRecord>('id', 'status')(body.email);

const isEmailId = (id: string): id is EmailId => String(id).startsWith('em_');

/** Sends email, in batches and one at a time, and tells what became of it. */
export class Emails {
  readonly #deps: BatchDeps;

  constructor(deps: BatchDeps) {
    this.#deps = deps;
  }

  /**
   * Sends any number of emails of the emails dialect. Beyond 1,000 emails or 24 MiB they go in several requests, and
   * the answer is one list in the order given.
   */
  batch(
    emails: readonly SendEmailRequest[],
    options: BatchOptions & DryRun,
  ): Promise<BatchResult<EmailsDryRun, PartialEmails<EmailPreview>>>;
  batch(
    emails: readonly SendEmailRequest[],
    options?: BatchOptions & RealRun,
  ): Promise<BatchResult<EmailsBatch, PartialEmails>>;
  async batch(
    emails: readonly SendEmailRequest[],
    options: BatchOptions = {},
  ): Promise<
    | BatchResult<EmailsDryRun, PartialEmails<EmailPreview>>
    | BatchResult<EmailsBatch, PartialEmails<EmailRecord>>
  > {
    if (options.dryRun) {
      const joined = await sendEmails<EmailPreview>(this.#deps, emails, options);
      if (joined.kind === 'partial') return partialEmails(joined);
      return answeredBatch<EmailsDryRun>({
        dryRun: true,
        emails: joined.entries,
        count: joined.entries.length,
      });
    }
    const joined = await sendEmails<EmailRecord>(this.#deps, emails, options);
    if (joined.kind === 'partial') return partialEmails(joined);
    const { entries, batchId, batchIds } = joined;
    return answeredBatch<EmailsBatch>({ emails: entries, count: entries.length, batchId, batchIds });
  }

  /** Sends any number of items of the items dialect; beyond 100 items or 24 MiB in several requests, as `batch` does. */
  batchItems(
    request: ItemsBatchRequest,
    options: BatchOptions & DryRun,
  ): Promise<BatchResult<ItemsDryRun, PartialItems<ItemPreview>>>;
  batchItems(
    request: ItemsBatchRequest,
    options?: BatchOptions & RealRun,
  ): Promise<BatchResult<ItemsBatch, PartialItems>>;
  async batchItems(
    request: ItemsBatchRequest,
    options: BatchOptions = {},
  ): Promise<
    BatchResult<ItemsDryRun, PartialItems<ItemPreview>> | BatchResult<ItemsBatch, PartialItems<ItemResult>>
  > {
    if (options.dryRun) {
      const joined = await sendItems<ItemPreview>(this.#deps, request, options);
      if (joined.kind === 'partial') return partialItems(joined);
      return answeredBatch<ItemsDryRun>({
        dryRun: true,
        ...countItems(joined.entries),
        items: joined.entries,
      });
    }
    const joined = await sendItems<ItemResult>(this.#deps, request, options);
    if (joined.kind === 'partial') return partialItems(joined);
    const { entries: items, batchId, batchIds } = joined;
    return answeredBatch<ItemsBatch>({ ...countItems(items), batchId, batchIds, items });
  }

  /** Sends one email of the emails dialect. */
  async send(email: SendEmailRequest, options: SendOptions = {}): Promise<Result<EmailRecord>> {
    const result = await this.#post(email, options, isEmail<EmailRecord>);
    return result.error === null ? success(result.data.email) : result;
  }

  /** Sends one item of the items dialect. */
  sendItem(item: SingleItem, options: SendOptions = {}): Promise<Result<EmailSend>> {
    return this.#post(item, options, isSend);
  }

  /** One send as it stands. An id held as a plain string is taken for a UUID; declare it `EmailId` if it is none. */
  get(id: EmailId, options?: CallOptions): Promise<Result<Email>>;
  get(id: string, options?: CallOptions): Promise<Result<EmailSend>>;
  get(id: string, options?: CallOptions): Promise<Result<Email | EmailSend>> {
    return this.#one(id, { method: 'GET', path: ['emails', id], effect: 'none', options });
  }

  /** What happened to a send, oldest first. */
  history(id: string, options?: CallOptions): Promise<Result<EmailHistory>> {
    const isAnswer = hasFields<EmailHistory>('events');
    const path = ['emails', id, 'events'];
    return this.#deps.transport.call({ method: 'GET', path, effect: 'none', isAnswer, options });
  }

  /** One page of sends, newest first. */
  list(filters: EmailFilters = {}, options?: CallOptions): Promise<Result<EmailList>> {
    return this.#deps.transport.call({
      method: 'GET',
      path: ['emails'],
      query: filters,
      effect: 'none',
      isAnswer: isList,
      options,
    });
  }

  /** Every send that the filters let through, newest first; an error is the last step. */
  listAll(
    filters: Omit<EmailFilters, 'offset'> = {},
    options?: CallOptions,
  ): AsyncGenerator<Result<Email>, void, undefined> {
    return walk(filters.cursor, async (cursor) => {
      const { data: page, error } = await this.list({ ...filters, cursor }, options);
      return error === null ? success({ entries: page.emails, next: page.next_cursor }) : failure(error);
    });
  }

  /** Stops a send that is still Scheduled or Queued; one that is canceled already is answered as it stands. */
  cancel(id: EmailId, options?: CallOptions): Promise<Result<Email>>;
  cancel(id: string, options?: CallOptions): Promise<Result<EmailSend>>;
  cancel(id: string, options?: CallOptions): Promise<Result<Email | EmailSend>> {
    return this.#one(id, { method: 'POST', path: ['emails', id, 'cancel'], effect: 'idempotent', options });
  }

  /**
   * Sends a Failed one again. After an answer that was lost the call is not repeated: the send may have failed anew by
   * then, and would be sent a further time.
   */
  retry(id: EmailId, options?: CallOptions): Promise<Result<Email>>;
  retry(id: string, options?: CallOptions): Promise<Result<EmailSend>>;
  retry(id: string, options?: CallOptions): Promise<Result<Email | EmailSend>> {
    return this.#one(id, { method: 'POST', path: ['emails', id, 'retry'], effect: 'once', options });
  }

  /** Moves a Scheduled send to another time. */
  reschedule(id: EmailId, to: Moment, options?: CallOptions): Promise<Result<Email>>;
  reschedule(id: string, to: Moment, options?: CallOptions): Promise<Result<EmailSend>>;
  reschedule(id: string, to: Moment, options?: CallOptions): Promise<Result<Email | EmailSend>> {
    const json = () => onWire({ scheduledAt: to });
    return this.#one(id, { method: 'PATCH', path: ['emails', id], json, effect: 'idempotent', options });
  }

  async #post<Answer>(
    email: SendEmailRequest | SingleItem,
    { idempotencyKey, ...options }: SendOptions,
    isAnswer: AnswerGuard<Answer>,
  ): Promise<Result<Answer>> {
    const { transport } = this.#deps;
    return transport.call({
      method: 'POST',
      path: ['emails'],
      json: () => onWire(email),
      idempotencyKey: isGiven(idempotencyKey) ? checkSingleKey(idempotencyKey) : transport.newKey(),
      effect: 'idempotent',
      isAnswer,
      options,
    });
  }

  /** Makes a call about one send; the answer follows the form of its id. */
  async #one(id: string, call: Omit<Call<unknown>, 'isAnswer'>): Promise<Result<Email | EmailSend>> {
    const { transport } = this.#deps;
    if (!isEmailId(id)) return transport.call({ ...call, isAnswer: isSend });
    const result = await transport.call({ ...call, isAnswer: isEmail<Email> });
    return result.error === null ? success(result.data.email) : result;
  }
}
