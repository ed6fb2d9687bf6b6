import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import {
  createApiClient,
  eventually,
  idOf,
  metricsTrouble,
  type PrintedSpan,
  type Stack,
  spanOf,
  startTestStack,
  tracedEnv,
} from '@postroom/testkit';
import { acceptedIds, post } from './sending.ts';

let stack: Stack;
let templateId: string;
let workerUrl: string;
const spans: PrintedSpan[] = [];

beforeAll(async () => {
  // All of it is traced, which changes nothing.
  const onLine = (line: string) => spans.push(...[spanOf(line)].flatMap((span) => span ?? []));
  const port = String(await freePort());
  workerUrl = `http://127.0.0.1:${port}`;
  const workerEnv = { ...tracedEnv, WORKER_PORT: port, WORKER_HOST: '127.0.0.1' };
  stack = await startTestStack({ apiEnv: tracedEnv, workerEnv, onLine });
  templateId = await stack.makeTemplate();
});

afterAll(() => stack?.stop());

const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text();

const fieldsOf = (body: unknown): Record<string, unknown> =>
  typeof body === 'object' && body !== null ? { ...body } : {};

async function settled(id: string): Promise<Record<string, unknown>> {
  return eventually(
    async () => {
      const { body } = await stack.client.get(`/emails/${id}`);
      const send = fieldsOf(body);
      return ['Sent', 'Failed', 'Skipped'].includes(String(send.status)) ? send : false;
    },
    { what: 'the send to be settled' },
  );
}

async function only(prefix: string, item: Record<string, unknown> = {}): Promise<string> {
  const [id] = await post(stack, templateId, { count: 1, prefix, item: () => item });
  return String(id);
}

describe('one send', () => {
  test('is rendered from its snapshot and given to SES once, with its id as tag and header', async () => {
    const id = await only('plain', {
      data: { name: '<Ada>' },
      cc: 'Copy <copy@example.com>',
      bcc: 'blind@example.com',
    });
    const send = await settled(id);
    expect(send).toMatchObject({ status: 'Sent', subject: 'Hello <Ada>', failureMessage: null });
    const [entry, ...more] = stack.ses.ledger.entriesOf(id);
    expect(more).toEqual([]);
    expect(send.providerMessageId).toBe(entry?.messageId);
    const message = stack.ses.ledger.message(entry?.seq ?? 0);
    expect(message).toMatchObject({
      from: 'Acme <hello@acme.test>',
      to: ['plain-0@example.com'],
      bcc: ['blind@example.com'],
      subject: 'Hello <Ada>',
      html: '<p>Hello &lt;Ada&gt;</p>',
    });
    expect(message?.headers).toContainEqual({ name: 'X-Postroom-Send-Id', value: id });
  });

  test('keeps the template as it was accepted, whatever happens to the template before it is sent', async () => {
    const own = await stack.makeTemplate();
    await Promise.all(stack.workers.map((worker) => worker.stop()));
    const [id] = await post(stack, own, {
      count: 1,
      prefix: 'frozen',
      item: () => ({ data: { name: 'Eve' } }),
    });
    const edited = await stack.client.patch(`/templates/${own}`, {
      subject: 'Changed',
      html: '<p>Changed</p>',
    });
    expect(edited.status).toBe(200);
    expect((await stack.client.post(`/templates/${own}/archive`, {})).status).toBe(200);
    await stack.startWorker();
    expect(await settled(String(id))).toMatchObject({ status: 'Sent', subject: 'Hello Eve' });
    expect(stack.ses.ledger.messages().at(-1)?.html).toBe('<p>Hello Eve</p>');
  });

  test('ends Failed at once, in SES’s own words and without addresses, when SES rejects it', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'reject', match: { recipient: 'rejected' } }] });
    const send = await settled(await only('rejected'));
    stack.ses.faults.clear();
    expect(send).toMatchObject({ status: 'Failed', providerMessageId: null });
    expect(String(send.failureMessage)).toMatch(/^SES refused the message: MessageRejected: /);
    expect(String(send.failureMessage)).not.toContain('@');
    const jobs = await stack.database.rows('SELECT attempts, attempts_spent FROM email_sends WHERE id = $1', [
      send.id,
    ]);
    expect(jobs).toEqual([{ attempts: 1, attempts_spent: 1 }]);
  });

  test('ends as a failed job with its reason class when it ends Failed', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'badRequest', match: { recipient: 'badjob' } }] });
    await settled(await only('badjob'));
    stack.ses.faults.clear();
    const metrics = await eventually(async () => {
      const text = await metricsOf(stack.apiUrl);
      return /postroom_queue_jobs\{state="failed"\} [1-9]/.test(text) ? text : false;
    });
    expect(metrics).toContain('postroom_queue_jobs{state="failed"}');
    expect(metrics).toMatch(/^postroom_workers\{version="[\d.]+"\} 1$/m);
    expect(metrics).toMatch(/^postroom_oldest_waiting_seconds\{lane="transactional"\} /m);
    expect(metrics).toMatch(/^postroom_in_doubt \d/m);
    expect(metrics).toMatch(/^postroom_work \d/m);
    expect(metrics).toMatch(/^postroom_dead_rows\{table="email_sends"\} /m);
    for (const url of [stack.apiUrl, workerUrl]) expect(await metricsTrouble(await metricsOf(url))).toBe('');
  });

  test('flags the sender profile when SES does not know its domain as verified', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'mailFromNotVerified', match: { recipient: 'unverified' } }] });
    // Of a sender of its own: the others' mail would wait with it.
    const send = await settled(await only('unverified', { templateId: await stack.makeTemplate() }));
    stack.ses.faults.clear();
    expect(send.status).toBe('Failed');
    const profile = await eventually(async () => {
      const { body } = await stack.client.get(`/sender-profiles/${String(send.senderProfileId)}`);
      const found = fieldsOf(body);
      return found.flaggedReason === null ? false : found;
    });
    expect(profile.flaggedReason).toContain('MailFromDomainNotVerifiedException');
  });

  test('is skipped when its recipient is suppressed, and never reaches SES', async () => {
    await stack.client.post('/suppressions', { email: 'skipped-0@example.com', reason: 'Manual' });
    const send = await settled(await only('skipped'));
    expect(send).toMatchObject({ status: 'Skipped', providerMessageId: null });
    expect(stack.ses.ledger.entriesOf(String(send.id))).toEqual([]);
  });

  test('drops a suppressed copy and goes to the others', async () => {
    await stack.client.post('/suppressions', { email: 'gone@example.com', reason: 'Bounce' });
    const send = await settled(await only('copies', { cc: ['gone@example.com', 'here@example.com'] }));
    expect(send.status).toBe('Sent');
    expect(stack.ses.ledger.entriesOf(String(send.id))[0]?.cc).toEqual(['here@example.com']);
  });

  test('is skipped when its recipient left the subscription group', async () => {
    const groupId = idOf(await stack.client.post('/subscription-groups', { name: 'News', type: 'OptOut' }));
    const left = await stack.client.put(`/subscription-groups/${groupId}/subscriptions`, {
      email: 'left-0@example.com',
      subscribed: false,
    });
    expect(left.status).toBe(200);
    expect(await settled(await only('left', { subscriptionGroupId: groupId }))).toMatchObject({
      status: 'Skipped',
    });
    expect(await settled(await only('stayed', { subscriptionGroupId: groupId }))).toMatchObject({
      status: 'Sent',
    });
  });

  test('needs a subscription of its own in an opt-in group', async () => {
    const groupId = idOf(await stack.client.post('/subscription-groups', { name: 'Club', type: 'OptIn' }));
    expect(await settled(await only('stranger', { subscriptionGroupId: groupId }))).toMatchObject({
      status: 'Skipped',
    });
  });
});

describe('a test key', () => {
  async function sendWithTestKey(email: string): Promise<Record<string, unknown>> {
    const key = await stack.client.post('/api-keys', { name: 'test', scopes: ['full'], mode: 'test' });
    const client = createApiClient(stack.apiUrl, String(fieldsOf(key.body).key));
    const item = { idempotencyKey: randomUUID(), templateId, to: { email }, data: { name: 'Ada' } };
    const { status, body } = await client.post('/emails/batch', { items: [item] });
    return settled(String(acceptedIds(status, body)[0]));
  }

  const deliveredAs = (id: string, delivery: string) =>
    eventually(async () => fieldsOf((await stack.client.get(`/emails/${id}`)).body).delivery === delivery);

  test.each([
    ['ada@example.com', 'delivered'],
    ['bounce@simulator.postroom.test', 'bounced'],
    ['complaint@simulator.postroom.test', 'complained'],
  ])('sends to %s through everything but SES, and it is %s', async (email, delivery) => {
    const send = await sendWithTestKey(email);
    expect(send).toMatchObject({ status: 'Sent', simulated: true, subject: 'Hello Ada' });
    await deliveredAs(String(send.id), delivery);
    expect(stack.ses.ledger.entriesOf(String(send.id))).toEqual([]);
  });

  test('fails what goes to fail@simulator.postroom.test', async () => {
    const send = await sendWithTestKey('fail@simulator.postroom.test');
    expect(send).toMatchObject({ status: 'Failed', simulated: true });
    expect(stack.ses.ledger.entriesOf(String(send.id))).toEqual([]);
  });

  test('is counted among neither what SES took nor what failed, which alerts are about', async () => {
    const counted = async () => {
      const values = [
        ...(await metricsOf(workerUrl)).matchAll(/^(postroom_(?:attempts|failures)_total\S*) (\d+)$/gm),
      ];
      return Object.fromEntries(values.map(([, series = '', value]) => [series, Number(value)]));
    };
    const before = await counted();
    await sendWithTestKey('counted@example.com');
    await sendWithTestKey('fail@simulator.postroom.test');
    const simulated = 'postroom_attempts_total{outcome="simulated"}';
    const now = await eventually(async () => {
      const found = await counted();
      return (found[simulated] ?? 0) >= (before[simulated] ?? 0) + 2 && found;
    });
    // The mail of a test key before it may have been counted since: a send is at its end a moment earlier.
    expect({ ...now, [simulated]: 0 }).toEqual({ ...before, [simulated]: 0 });
  });
});

describe('an answer that surely came before SES took the mail', () => {
  const wentBack = (id: string) =>
    eventually(async () => {
      const rows = await stack.database.rows(
        "SELECT outcome::text, spent FROM send_attempts WHERE send_id = $1 AND outcome = 'retry'",
        [id],
      );
      return rows.length > 0 ? rows[0] : false;
    });

  test('throttling goes back without spending an attempt, and the mail is sent afterwards', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'throttle', times: 1, match: { recipient: 'throttled' } }] });
    const id = await only('throttled');
    expect(await wentBack(id)).toEqual({ outcome: 'retry', spent: false });
    expect(await settled(id)).toMatchObject({ status: 'Sent' });
    expect(stack.ses.ledger.entriesOf(id)).toHaveLength(1);
  });

  test('an outage spends an attempt, and the mail is sent afterwards', async () => {
    await stack.ses.goDown();
    const id = await only('outage');
    expect(await wentBack(id)).toEqual({ outcome: 'retry', spent: true });
    await stack.ses.comeUp();
    expect(await settled(id)).toMatchObject({ status: 'Sent' });
    expect(stack.ses.ledger.entriesOf(id)).toHaveLength(1);
  });

  test('refused credentials put the account on hold, visibly, and spend no attempt', async () => {
    stack.ses.faults.set({ faults: [{ kind: 'credentials', times: 1, match: { recipient: 'refused' } }] });
    const id = await only('refused');
    expect(await wentBack(id)).toEqual({ outcome: 'retry', spent: false });
    await eventually(async () => {
      const text = await metricsOf(stack.apiUrl);
      return text.includes('postroom_hold{scope="account",reason="credentials_refused"} 1');
    });
    await stack.liftHolds();
  });
});

describe('an answer that leaves open whether SES took the mail', () => {
  test.each(['resetAfterAccepting', 'errorAfterAccepting', 'emptyBody'] as const)(
    '%s is settled by SES’s own event and never sent again',
    async (kind) => {
      stack.ses.faults.set({ faults: [{ kind, times: 1, match: { recipient: kind.toLowerCase() } }] });
      const id = await only(kind.toLowerCase());
      expect(await settled(id)).toMatchObject({ status: 'Sent' });
      stack.ses.faults.clear();
      expect(stack.ses.ledger.entriesOf(id)).toHaveLength(1);
      const attempts = await stack.database.rows(
        'SELECT outcome::text FROM send_attempts WHERE send_id = $1',
        [id],
      );
      expect(attempts).toEqual([{ outcome: 'in_doubt' }]);
    },
  );
});

describe('whoever traces', () => {
  const request = async (traceId: string, count: number) => {
    const items = Array.from({ length: count }, (_, at) => ({
      idempotencyKey: `${traceId}-${at}`,
      templateId,
      to: { email: `traced-${at}@example.com` },
      data: { name: 'Ada' },
    }));
    const response = await fetch(`${stack.apiUrl}/api/v1/emails/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': stack.key,
        traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
      },
      body: JSON.stringify({ items }),
    });
    expect(response.status).toBe(200);
  };
  const named = (name: string) => spans.filter((span) => span.name === `postroom.${name}`);

  test('sees one mail from its request to SES and its events in one trace', async () => {
    const traceId = 'a'.repeat(32);
    await request(traceId, 1);
    const own = await eventually(
      () => {
        const found = spans.filter((span) => span.traceId === traceId);
        return found.length >= 7 && named('settle').some(({ linked }) => linked.includes(traceId))
          ? found
          : false;
      },
      { what: 'The trace' },
    );
    const nameOf = (id: string | undefined) => own.find(({ spanId }) => spanId === id)?.name ?? id;
    const parents = Object.fromEntries(own.map(({ name, parentId }) => [name, nameOf(parentId)]));
    expect(parents).toEqual({
      'postroom.accept': 'b'.repeat(16),
      'postroom.write': 'postroom.accept',
      'postroom.enqueue': 'postroom.accept',
      'postroom.send': 'postroom.write',
      'postroom.claim': 'postroom.send',
      'postroom.render': 'postroom.send',
      'postroom.ses': 'postroom.send',
    });
  });

  test('finds each mail of a batch in a trace of its own, linked to that of the batch, and no address anywhere', async () => {
    const traceId = 'c'.repeat(32);
    await request(traceId, 3);
    const linkedOf = (name: string) => named(name).filter(({ linked }) => linked.includes(traceId));
    await eventually(() => linkedOf('send').length === 3 && linkedOf('settle').length > 0, {
      what: 'The links',
    });
    const traces = new Set(linkedOf('send').map((span) => span.traceId));
    expect(traces.size).toBe(3);
    expect(new Set(linkedOf('ses').map((span) => span.traceId))).toEqual(traces);
    expect(linkedOf('send').every(({ parentId }) => parentId === undefined)).toBe(true);
    expect(JSON.stringify(spans)).not.toMatch(/@|Ada/);
  });
});
