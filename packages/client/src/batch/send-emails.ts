import type { PostroomError } from '../postroom-error.ts';
import { failure, type Result } from '../result.ts';
import type { SendEmailRequest } from '../types/email.ts';
import { type BatchDeps, type BatchOptions, copyOfList, readBatchOptions } from './batch-options.ts';
import type { Unanswered } from './batch-result.ts';
import { type Chunk, cut } from './cut.ts';
import { type Joined, joinOutcomes } from './join-outcomes.ts';
import { entryKey, requestKey } from './keys.ts';
import { onWire } from './on-wire.ts';
import { runChunks } from './run-chunks.ts';

/** The most emails that one request may hold. */
const maxEmailsPerRequest = 1_000;

type EmailsAnswer<Entry> = { readonly emails: readonly Entry[]; readonly batchId?: string | null };

/** An answer with fewer entries than were asked for would lose some of them. */
const isAnswerTo =
  <Entry>({ size }: Chunk) =>
  (body: unknown): body is EmailsAnswer<Entry> =>
    typeof body === 'object' &&
    body !== null &&
    'emails' in body &&
    Array.isArray(body.emails) &&
    body.emails.length === size;

/** The JSON of one email. Beyond the first request each carries its key, so that it has one wherever the list is cut. */
function encodeEmail(email: SendEmailRequest, key: string | null): string {
  const body = onWire(email);
  if (key === null) return JSON.stringify(body);
  return JSON.stringify({ ...body, idempotency_key: email.idempotency_key ?? key });
}

/** The server counts from the beginning of its request, the caller from that of the list. */
function inWholeList(error: PostroomError, offset: number): PostroomError {
  const move = (text: string) =>
    text.replace(/^emails\[(\d+)\]/, (_, at: string) => `emails[${Number(at) + offset}]`);
  const moveIssue = (issue: unknown) =>
    typeof issue === 'object' && issue !== null && 'path' in issue && typeof issue.path === 'string'
      ? { ...issue, path: move(issue.path) }
      : issue;
  const { details } = error;
  return error.with({
    message: move(error.message),
    details:
      details !== null && Array.isArray(details.issues)
        ? { ...details, issues: details.issues.map(moveIssue) }
        : details,
  });
}

/** Sends a list of emails of any length and answers what became of each; never rejects for what happens on the way. */
export async function sendEmails<Entry>(
  deps: BatchDeps,
  given: readonly SendEmailRequest[],
  options: BatchOptions,
): Promise<Joined<Entry, Unanswered>> {
  const emails = copyOfList('emails', given);
  const { effect, query, ...run } = readBatchOptions(deps, options);
  const { idempotencyKey } = run;
  const chunks = cut({
    count: emails.length,
    maxEntries: maxEmailsPerRequest,
    before: () => '{"emails":[',
    after: ']}',
    encode: (index, offset) => {
      const email = emails[index];
      if (email === undefined) throw new TypeError(`emails[${index}] is missing`);
      return encodeEmail(email, offset === 0 ? null : entryKey(idempotencyKey, index));
    },
  });
  const send = async (chunk: Chunk): Promise<Result<EmailsAnswer<Entry>>> => {
    const result = await deps.transport.call({
      method: 'POST',
      path: ['emails', 'batch'],
      query,
      body: chunk.body,
      idempotencyKey: requestKey(idempotencyKey, chunk.offset),
      effect,
      isAnswer: isAnswerTo<Entry>(chunk),
      options,
    });
    return result.error === null ? result : failure(inWholeList(result.error, chunk.offset));
  };
  const outcomes = await runChunks({ ...run, total: emails.length, chunks, send });
  return joinOutcomes(outcomes, {
    present: ({ emails: answered }) => answered,
    presentFailed: (unanswered) => unanswered,
  });
}
