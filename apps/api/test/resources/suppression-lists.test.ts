import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeCursor, pageSchema, suppressionSchema } from '@postroom/contracts';
import { eventually } from '@postroom/testkit';
import { connectRaw } from '../contract/raw-connection.ts';
import { type Answer, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  // A list of 100,000 lines arrives as fast as a busy machine stores it.
  const arrival = { headersTimeout: 10_000, requestTimeout: 300_000, connectionsCheckingInterval: 1_000 };
  api = await startApi({ arrival });
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
});

const page = (answer: Answer) => pageSchema(suppressionSchema).parse(answer.body);

function importCsv(body: string | Buffer, { query = '', headers = {} } = {}): Promise<Answer> {
  return api.call(`/api/v1/suppressions/import${query}`, {
    method: 'POST',
    headers: { 'x-api-key': workspace.key, 'content-type': 'text/csv', ...headers },
    body,
  });
}

const importJson = (body: unknown) => workspace.post('/suppressions/import', body);

async function exported(): Promise<string> {
  const response = await fetch(`${api.origin}/api/v1/suppressions/export`, {
    headers: { 'x-api-key': workspace.key },
  });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toContain('suppressions.csv');
  return response.text();
}

const stored = async () => {
  const rows = await api.prisma.suppression.findMany({
    where: { workspaceId: workspace.id },
    orderBy: { emailKey: 'asc' },
  });
  return rows.map(({ email, reason, origin }) => `${email} ${reason} ${origin}`);
};

test.each([
  '2026-99-99T00:00:00.000Z/a',
  '2026-02-30T00:00:00.000Z/a',
  '0000-01-01T00:00:00.000Z/a',
  'a@example.com',
])('a cursor of no time is none of a list in the order of time: %s', async (place) => {
  const answer = await workspace.get(`/suppressions?reason=Bounce&cursor=${encodeCursor(place)}`);
  expect(answer).toMatchObject({ status: 400, body: { details: { issues: [{ path: 'cursor' }] } } });
});

describe('a list that is narrowed', () => {
  beforeEach(async () => {
    for (const [at, reason] of (['Bounce', 'Manual', 'Complaint', 'Bounce', 'Manual'] as const).entries()) {
      await api.prisma.suppression.create({
        data: {
          workspaceId: workspace.id,
          email: `a${9 - at}@example.com`,
          emailKey: `a${9 - at}@example.com`,
          reason,
          createdAt: new Date(Date.UTC(2026, 0, 1, at)),
        },
      });
    }
  });

  const emails = async (query: string) =>
    page(await workspace.get(`/suppressions?${query}`)).data.map(({ email }) => email.slice(0, 2));

  test('to a reason or a time is in the order of time', async () => {
    expect(await emails('reason=Bounce')).toEqual(['a9', 'a6']);
    expect(await emails('created_after=2026-01-01T01:00:00Z')).toEqual(['a8', 'a7', 'a6', 'a5']);
    expect(await emails('created_after=2026-01-01T02:00:00Z&reason=Manual')).toEqual(['a5']);
    expect(await emails('email=A7@example.com')).toEqual(['a7']);
    expect(await emails('email=A7@example.com&reason=Bounce')).toEqual([]);
    expect(await emails('')).toEqual(['a5', 'a6', 'a7', 'a8', 'a9']);
  });

  test('has every entry once, page by page', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { data, nextCursor } = page(
        await workspace.get(`/suppressions?created_after=2026-01-01T00:00:00Z&limit=2${more}`),
      );
      seen.push(...data.map(({ email }) => email.slice(0, 2)));
      cursor = nextCursor;
    }
    expect(seen).toEqual(['a9', 'a8', 'a7', 'a6', 'a5']);
  });

  test('takes no cursor of the other order', async () => {
    const { nextCursor } = page(await workspace.get('/suppressions?limit=1'));
    const { nextCursor: byTime } = page(await workspace.get('/suppressions?limit=1&reason=Bounce'));
    expect((await workspace.get(`/suppressions?reason=Bounce&cursor=${nextCursor}`)).status).toBe(400);
    expect((await workspace.get(`/suppressions?cursor=${byTime}`)).status).toBe(400);
  });
});

describe('an import of CSV', () => {
  test('takes one address a line, and says what is wrong with a line', async () => {
    const { status, body } = await importCsv(
      'ada@example.com\r\n\r\nnot an address\nBOB@Example.com\nada@example.com',
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      total: 4,
      added: 2,
      unchanged: 1,
      invalid: 1,
      errors: [{ line: 3, message: expect.stringContaining('email') }],
      moreErrors: 0,
    });
    expect(await stored()).toEqual(['ada@example.com Manual import', 'BOB@example.com Manual import']);
  });

  /** As each product writes it. */
  test.each([
    [
      'Resend',
      'id,email,origin,source_id,created_at\ne1,a@example.com,bounce,s1,2026-10-06 23:47:56\ne2,b@example.com,manual,,x\n',
    ],
    [
      'Postmark',
      '"Email Address","Suppression Reason","Origin","Created At"\n"a@example.com","HardBounce","Recipient","x"\n"b@example.com","ManualSuppression","Customer","x"\n',
    ],
    [
      'SendGrid',
      'status,reason,email,created\n5.1.1,"550 5.1.1 The account, it seems, does not exist",a@example.com,1443651125\n',
    ],
    [
      'Mailgun',
      'address,code,error,created_at\na@example.com,550,No such mailbox,"Fri, 21 Oct 2011 11:02:55 GMT"\n',
    ],
    [
      'aws --output text',
      'SUPPRESSEDDESTINATIONSUMMARIES\ta@example.com\t2026-04-10T21:03:05+00:00\tBOUNCE\n',
    ],
    ['semicolons and a byte order mark', '\ufeffemail;reason\na@example.com;Bounce\n'],
    ['Excel as Unicode Text', Buffer.from('\ufeffemail\treason\r\na@example.com\tBounce\r\n', 'utf16le')],
  ])('of %s', async (_product, file) => {
    expect(await importCsv(file)).toMatchObject({ status: 200, body: { invalid: 0 } });
    expect((await stored())[0]).toBe('a@example.com Bounce import');
  });

  const cafe = Buffer.from('email,note\na@example.com,caf\xe9\n', 'latin1');
  test.each<[string, string | Buffer, number]>([
    ['text/csv', cafe, 400],
    ['text/plain; charset=utf-8', cafe, 400],
    ['text/csv', cafe.subarray(0, -1), 400],
    ['text/csv; charset=iso-8859-1', cafe, 415],
    ['text/csv; charset="UTF-16"', Buffer.from('\ufeffemail,note\na@example.com,café', 'utf16le'), 200],
    ['text/csv', Buffer.from('\ufeffemail,note\na@example.com,café', 'utf16le').swap16(), 200],
    ['text/csv', Buffer.from('\ufeffemail,note\na@example.com,café', 'utf16le').subarray(0, -1), 400],
    ['text/csv', Buffer.of(0xe9), 400],
    ['application/json; charset=iso-8859-1', '["a@example.com"]', 415],
    ['application/json', Buffer.from('[{"email":"a@example.com","note":"caf\xe9"}]', 'latin1'), 400],
  ])('of %s that is other text than it says stores no other: %#', async (type, body, status) => {
    expect((await importCsv(body, { headers: { 'content-type': type } })).status).toBe(status);
    const notes = await api.prisma.suppression.findMany({ where: { workspaceId: workspace.id } });
    expect(notes.map(({ note }) => note)).toEqual(status === 200 ? ['café'] : []);
  });

  test('takes the reason that the request names where a line names none', async () => {
    await importCsv('a@example.com\n', { query: '?reason=Complaint' });
    expect(await stored()).toEqual(['a@example.com Complaint import']);
    expect((await importCsv('a@example.com', { query: '?reason=Bored' })).status).toBe(400);
  });

  test('may be packed, and in chunks', async () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `p${at}@example.com`).join('\n');
    const answer = await importCsv(gzipSync(lines), { headers: { 'content-encoding': 'gzip' } });
    expect(answer).toMatchObject({ status: 200, body: { total: 3_000, added: 3_000 } });
    expect((await importCsv(lines)).body).toMatchObject({ total: 3_000, added: 0, unchanged: 3_000 });
  });

  test('tells of 100 mistakes, and how many there are beyond', async () => {
    const { body } = await importCsv(Array.from({ length: 150 }, (_, at) => `wrong ${at}`).join('\n'));
    expect(body).toMatchObject({ total: 150, invalid: 150, moreErrors: 50 });
    expect(JSON.stringify(body).match(/"line"/g)).toHaveLength(100);
  });

  test('with a quote that is not closed is refused from there on', async () => {
    const answer = await importCsv('ada@example.com,x\nbob@example.com,"never ends\n');
    expect(answer).toMatchObject({ status: 400, body: { error: 'validation_failed' } });
    expect(await stored()).toEqual(['ada@example.com Manual import']);
  });

  test('that is refused long before its end leaves the connection to what comes next', async () => {
    const connection = await connectRaw(api.origin);
    const body = `"${'x'.repeat(2 * 1024 * 1024)}`;
    const fields = { host: 'x', 'x-api-key': workspace.key, 'content-type': 'text/csv' };
    const lines = Object.entries({ ...fields, 'content-length': body.length });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    await connection.write(`POST /api/v1/suppressions/import HTTP/1.1\r\n${head}\r\n${body}`);
    await connection.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => connection.answers().length === 2 || connection.isHungUp());
    expect(connection.answers().map(({ status }) => status)).toEqual([400, 200]);
    connection.destroy();
  });

  test.each([
    ['image/png', 415],
    ['', 415],
  ])('as %j is answered %i', async (type, status) => {
    expect((await importCsv('a@example.com', { headers: { 'content-type': type } })).status).toBe(status);
  });

  test('that breaks off is answered as such, not with 500', async () => {
    const answer = await importCsv(gzipSync('a@example.com\n'.repeat(10)).subarray(0, 20), {
      headers: { 'content-encoding': 'gzip' },
    });
    expect(answer.status).toBe(400);
  });

  test('makes what ends sooner stay, and leaves what stays as it is', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await workspace.post('/suppressions', { email: 'a@example.com', expiresAt });
    await workspace.post('/suppressions', { email: 'b@example.com', reason: 'Complaint' });
    expect((await importCsv('a@example.com\nb@example.com\n')).body).toMatchObject({
      added: 1,
      unchanged: 1,
    });
    expect(await stored()).toEqual(['a@example.com Manual import', 'b@example.com Complaint client']);
  });
});

describe('an import of JSON takes the answers of', () => {
  test.each([
    [
      'aws sesv2 list-suppressed-destinations',
      {
        SuppressedDestinationSummaries: [
          { EmailAddress: 'a@example.com', Reason: 'BOUNCE', LastUpdateTime: '2026-04-10T21:03:05+00:00' },
        ],
        NextToken: 'x',
      },
    ],
    [
      'Postmark',
      {
        Suppressions: [
          { EmailAddress: 'a@example.com', SuppressionReason: 'HardBounce', Origin: 'Recipient' },
        ],
      },
    ],
    [
      'SendGrid',
      [{ created: 1_443_651_125, email: 'a@example.com', reason: '550 unknown', status: '5.1.1' }],
    ],
    [
      'Mailgun',
      { items: [{ address: 'a@example.com', code: '550', error: 'No such mailbox' }], paging: { next: 'x' } },
    ],
    [
      'Resend',
      { object: 'list', has_more: false, data: [{ id: 'x', email: 'a@example.com', origin: 'bounce' }] },
    ],
  ])('%s', async (_product, list) => {
    expect(await importJson(list)).toMatchObject({ status: 200, body: { total: 1, added: 1, invalid: 0 } });
    expect(await stored()).toEqual(['a@example.com Bounce import']);
  });

  test('whoever writes a byte order mark before UTF-8', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await importCsv('\ufeff["a@example.com"]', { headers })).body).toMatchObject({ added: 1 });
  });

  test('no line that is not one thing', async () => {
    const lines = ['"note":9007199254740993', '"note":1,"Note":2', '"note":1,"note":2', '"note":7'];
    const body = `[${lines.map((line, at) => `{"email":"a${at}@example.com",${line}}`).join(',')}]`;
    const answer = await importCsv(body, { headers: { 'content-type': 'application/json' } });
    expect(answer.body).toMatchObject({ added: 1, invalid: 3 });
    expect(await stored()).toEqual(['a3@example.com Manual import']);
  });

  test('a list of addresses', async () => {
    expect((await importJson(['a@example.com', 'b@example.com', null])).body).toMatchObject({
      added: 2,
      invalid: 1,
    });
  });
});

describe('an export', () => {
  test('is what an import takes, formulas and quotes among it', async () => {
    const note = '=HYPERLINK("https://x.example"), twice\nand more';
    for (const [email, reason] of [
      ['=1+1@example.com', 'Bounce'],
      ['+ada@example.com', 'Complaint'],
      ['zoe@example.com', 'Manual'],
    ] as const) {
      await workspace.post('/suppressions', { email, reason, note });
    }
    const file = await exported();
    expect(file).toContain("'=1+1@example.com,Bounce,client,\"'=HYPERLINK(");
    expect(file).toMatch(/^email,reason,origin,note,expiresAt,createdAt\r\n/);
    for (const line of file.split(/\r\n/)) expect(line).not.toMatch(/(?:^|,)"?[=+@-]/);
    const before = await stored();
    await api.prisma.suppression.deleteMany({ where: { workspaceId: workspace.id } });
    expect((await importCsv(file)).body).toMatchObject({ total: 3, added: 3, invalid: 0 });
    expect(await stored()).toEqual(before.map((row) => row.replace('client', 'import')));
    const rows = await api.prisma.suppression.findMany({ where: { workspaceId: workspace.id } });
    expect(rows.map((row) => row.note)).toEqual([note, note, note]);
  });

  test('has all of them, more than a page', async () => {
    await importJson(Array.from({ length: 1_700 }, (_, at) => `p${String(at).padStart(5, '0')}@example.com`));
    const lines = (await exported()).trim().split('\r\n').slice(1);
    expect(lines).toHaveLength(1_700);
    expect(lines.at(-1)).toContain('p01699@example.com');
  });

  test('and an import have an erased person as a hash alone', async () => {
    const email = 'ada.lovelace@example.com';
    await workspace.post('/suppressions', { email, reason: 'Bounce' });
    await workspace.post('/erasures', { email });
    const { ErasureStore } = await import('@postroom/db');
    while ((await new ErasureStore(api.prisma).eraseNext(0)) !== null);
    const file = await exported();
    expect(file).toMatch(/\r\nerased:[0-9a-f]{64},Bounce,client,/);
    expect(file).not.toContain('lovelace');
    // The list of before names the person: it is suppressed already, and is not kept again.
    expect((await importCsv(`${email}\n`)).body).toMatchObject({ added: 0, unchanged: 1 });
    expect((await importCsv(file)).body).toMatchObject({ added: 0, unchanged: 1, invalid: 0 });
    expect(await stored()).toEqual([expect.stringMatching(/^erased:/)]);
    await api.prisma.suppression.deleteMany({ where: { workspaceId: workspace.id } });
    expect((await importCsv(file)).body).toMatchObject({ added: 1 });
    expect(await workspace.get(`/suppressions/${email}`)).toMatchObject({
      status: 200,
      body: { reason: 'Bounce' },
    });
  });
});

test('more than 100,000 lines are refused, and the first of them taken', async () => {
  const lines = Array.from({ length: 100_001 }, (_, at) => `p${at}@example.com\n`).join('');
  expect(await importCsv(lines)).toMatchObject({ status: 413, body: { error: 'payload_too_large' } });
  expect(await api.prisma.suppression.count({ where: { workspaceId: workspace.id } })).toBe(100_000);
});
