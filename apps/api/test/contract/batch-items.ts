import { randomUUID } from 'node:crypto';
import {
  type EmailSend,
  type ErrorEnvelope,
  errorEnvelopeSchema,
  type ItemErrorCode,
  type ItemResult,
} from '@postroom/contracts';
import type { Answer, Json, TestWorkspace } from '../start-api.ts';

/** A valid item with a key and a recipient of its own; name a `templateId` here or in the defaults. */
export function anItem(overrides: Json = {}): Json {
  return { idempotencyKey: randomUUID(), to: { email: `to-${randomUUID()}@example.com` }, ...overrides };
}

/** Posts one item and answers its result. */
export async function sendOne(workspace: TestWorkspace, item: unknown, defaults?: Json): Promise<ItemResult> {
  const { items } = await workspace.batch([item], defaults);
  return single(items);
}

/** Posts one item that has to be accepted and answers its send. */
export async function accept(workspace: TestWorkspace, item: unknown, defaults?: Json): Promise<EmailSend> {
  return acceptedOf(await sendOne(workspace, item, defaults)).send;
}

/** Posts one item that has to be rejected and answers why. */
export async function refusal(workspace: TestWorkspace, item: unknown, defaults?: Json): Promise<Refused> {
  return rejectedOf(await sendOne(workspace, item, defaults));
}

type Accepted = Extract<ItemResult, { status: 'accepted' }>;
type Refused = Extract<ItemResult, { status: 'rejected' }>;

/** The result as an accepted one; throws with the reason when it is not. */
export function acceptedOf(result: ItemResult | undefined): Accepted {
  if (result?.status !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result;
}

/** The result as a rejected one; throws when it is not. */
export function rejectedOf(result: ItemResult | undefined): Refused {
  if (result?.status !== 'rejected') throw new Error(`not rejected: ${JSON.stringify(result)}`);
  return result;
}

/** The code of a result, or `accepted`. */
export const codeOf = (result: ItemResult): ItemErrorCode | 'accepted' =>
  result.status === 'accepted' ? 'accepted' : result.error;

/** The only element of a list. */
export function single<Item>(list: readonly Item[]): Item {
  const [only] = list;
  if (only === undefined || list.length !== 1) throw new Error(`${list.length} elements instead of one`);
  return only;
}

/** An error answer: its status and its body, which must be the envelope and nothing else. */
export function errorOf({ status, body }: Answer): { readonly status: number } & ErrorEnvelope {
  return { status, ...errorEnvelopeSchema.strict().parse(body) };
}

/** The paths of `details.issues` of a refusal, in their order. */
export function issuePathsOf(details: unknown): string[] {
  if (typeof details !== 'object' || details === null || !('issues' in details)) return [];
  if (!Array.isArray(details.issues)) return [];
  return details.issues.map((issue: { readonly path?: unknown }) => String(issue.path));
}

/** Runs the same thing `times` times at once. */
export const atOnce = <Result>(times: number, run: (at: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, at) => run(at)));

/** Matches a UUID v7. */
export const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Matches a time as the API writes it: ISO 8601, UTC, milliseconds. */
export const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A well-formed id that nothing has. */
export const unknownId = '01890000-0000-7000-8000-000000000000';
