import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { accountChangesSchema } from './account.ts';
import { sesEventTypeSchema } from './events/ses-event.ts';
import { snsTestCertificatePem } from './events/test-certificate.ts';
import type { FakeSes, FakeSesRoute } from './fake-ses-handle.ts';
import { faultPlanSchema } from './fault-plan.ts';
import { parseJson, readText, sendJson } from './http-io.ts';
import { withoutContents } from './ledger.ts';

type Result = { readonly status: number; readonly body: unknown };
type Input = { readonly url: URL; readonly json: unknown };
type Handler = (input: Input) => Result;

const done: Result = { status: 200, body: {} };

/** What is done and has nothing to say. */
const doing =
  (act: (input: Input) => void): Handler =>
  (input) => {
    act(input);
    return done;
  };

const outageSchema = z.strictObject({ durationMs: z.number().min(0) });
const identitySchema = z.strictObject({ identity: z.string() });
const eventSchema = z.strictObject({
  eventType: sesEventTypeSchema,
  /** The message; or `sendId`, of which every message gets the event. */
  seq: z.int().positive().optional(),
  sendId: z.string().optional(),
  bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']).default('Permanent'),
  link: z.string().default('https://example.com/'),
});

/** The part of the fake that SES does not have: `/_fake/...`, to watch and steer it from another process. */
export function controlRoutes(fake: FakeSes): FakeSesRoute {
  const handlers = handlersOf(fake);
  return async (request, response, url) => {
    if (request.method === 'GET' && url.pathname === '/_fake/sns-certificate.pem') {
      response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(snsTestCertificatePem);
      return true;
    }
    const handler = handlers[`${request.method} ${url.pathname}`];
    if (handler === undefined) return false;
    const { status, body } = await run(handler, request, url);
    sendJson(response, status, body);
    return true;
  };
}

async function run(handler: Handler, request: IncomingMessage, url: URL): Promise<Result> {
  try {
    return handler({ url, json: parseJson(await readText(request, 1024 * 1024)) });
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return { status: 400, body: { message: z.prettifyError(error) } };
  }
}

function handlersOf(fake: FakeSes): Readonly<Record<string, Handler>> {
  return {
    'GET /_fake/ledger': ({ url }) => ledgerPage(fake, url),
    'GET /_fake/ledger/summary': () => ({
      status: 200,
      body: { ...fake.ledger.summary(), outcomes: fake.outcomes(), events: fake.events?.counts() ?? null },
    }),
    'PUT /_fake/faults': doing(({ json }) => fake.faults.set(faultPlanSchema.parse(json))),
    'DELETE /_fake/faults': doing(() => fake.faults.clear()),
    'GET /_fake/account': () => ({ status: 200, body: fake.account.get() }),
    'PUT /_fake/account': doing(({ json }) => fake.account.set(accountChangesSchema.parse(json))),
    'POST /_fake/identities/verify': ({ json }) => {
      const isKnown = fake.identities.verify(identitySchema.parse(json).identity);
      return isKnown ? done : { status: 404, body: { message: 'No such identity.' } };
    },
    'POST /_fake/outage': ({ json }) => {
      const { durationMs } = outageSchema.parse(json);
      // After the answer: this connection is among those that break.
      setTimeout(() => void fake.goDown(durationMs), 20);
      return { status: 202, body: {} };
    },
    'POST /_fake/events': ({ json }) => publishEvents(fake, json),
    'POST /_fake/events/subscription-confirmation': () => {
      if (fake.events === null) return noEvents;
      fake.events.confirmSubscription();
      return done;
    },
    'POST /_fake/reset': doing(() => fake.reset()),
  };
}

const noEvents: Result = { status: 409, body: { message: 'This fake SES publishes no events.' } };

/** Entries after `from`, at most `limit`; `bodies=1` adds the messages that are still kept. */
function ledgerPage(fake: FakeSes, url: URL): Result {
  const number = (name: string, fallback: number) =>
    z.coerce
      .number()
      .int()
      .min(0)
      .catch(fallback)
      .parse(url.searchParams.get(name) ?? fallback);
  const sendId = url.searchParams.get('sendId');
  const entries =
    sendId === null
      ? fake.ledger.entries({ afterSeq: number('from', 0), limit: Math.min(number('limit', 1_000), 50_000) })
      : fake.ledger.entriesOf(sendId);
  const withBodies = url.searchParams.get('bodies') === '1';
  const shown = withBodies
    ? entries.map((entry) => {
        const message = fake.ledger.message(entry.seq);
        return message === null ? entry : withoutContents(message);
      })
    : entries;
  return { status: 200, body: { entries: shown, lastSeq: fake.ledger.summary().lastSeq } };
}

function publishEvents(fake: FakeSes, json: unknown): Result {
  if (fake.events === null) return noEvents;
  const { eventType, seq, sendId, bounceType, link } = eventSchema.parse(json);
  const entries =
    sendId !== undefined
      ? fake.ledger.entriesOf(sendId)
      : fake.ledger.entries({ afterSeq: (seq ?? 0) - 1, limit: seq === undefined ? 0 : 1 });
  for (const entry of entries) fake.events.publish(eventType, entry, { bounceType, link });
  return entries.length > 0 ? done : { status: 404, body: { message: 'No such message.' } };
}
