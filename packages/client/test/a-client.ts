import { Postroom, type PostroomOptions, type SendEmailRequest } from '../src/index.ts';
import type { Received } from './scripted-server.ts';
import { json } from './scripted-server.ts';

/** A client whose waits end at once; `waits` has how long each would have taken. */
export function aClient(baseUrl: string, options: PostroomOptions = {}) {
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    waits.push(ms);
  };
  const runtime = { sleep, random: () => 0.5, ...options.runtime };
  return { client: new Postroom({ apiKey: 'sk_test_scripted', baseUrl, ...options, runtime }), waits };
}

/** A time-out in milliseconds that on a busy machine ends only what never comes. */
export const patientMs = 1_000;

export const anEmail = (overrides: Partial<SendEmailRequest> = {}): SendEmailRequest => ({
  from: 'hello@acme.test',
  to: ['ada@example.com'],
  subject: 'Hello',
  text: 'Hello',
  ...overrides,
});

/** So many emails, each with a subject of its own. */
export const manyEmails = (count: number) =>
  Array.from({ length: count }, (_, at) => anEmail({ subject: `Email ${at}` }));

type Fields = Readonly<Record<string, unknown>>;

/** The entries of a batch as the server got them. */
export function entriesOf({ body }: Received, list: 'emails' | 'items'): readonly Fields[] {
  if (typeof body !== 'object' || body === null) return [];
  const found: unknown = Object.entries(body).find(([name]) => name === list)?.[1];
  return Array.isArray(found) ? found : [];
}

/** What a server answers that takes every email; the subject comes back in each. */
export const takeEmails = (request: Received, response: Parameters<ReturnType<typeof json>>[1]) => {
  const emails = entriesOf(request, 'emails').map(({ subject, from, to }, at) => ({
    id: `em_${String(at).padStart(26, '0')}`,
    status: 'queued',
    from,
    to: Array.isArray(to) ? to[0] : to,
    subject,
    created_at: '2026-01-01T00:00:00.000Z',
  }));
  const batchId = `batch-of-${String(entriesOf(request, 'emails')[0]?.subject)}`;
  return json(200, { emails, count: emails.length, batchId })(request, response);
};

/** What a server answers that takes every item but those whose subject is `bad`. */
export const takeItems = (request: Received, response: Parameters<ReturnType<typeof json>>[1]) => {
  const items = entriesOf(request, 'items').map(({ idempotencyKey, subject }, index) =>
    subject === 'bad'
      ? { index, idempotencyKey, status: 'rejected', error: 'validation_failed', message: 'is bad' }
      : {
          index,
          idempotencyKey,
          status: 'accepted',
          replayed: false,
          send: { id: `send-${index}`, subject },
        },
  );
  const accepted = items.filter(({ status }) => status === 'accepted').length;
  const counts = { total: items.length, accepted, rejected: items.length - accepted };
  return json(200, { ...counts, batchId: `batch-of-${items[0]?.idempotencyKey}`, items })(request, response);
};
