import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { Errors, Models, ServerClient } from 'postmark';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { badMessages, badTemplates, goodMessage } from './postmark-bad-inputs.ts';

let api: TestApi;
let workspace: TestWorkspace;
let client: ServerClient;
let templateId: string;

const clientOf = (key: string) =>
  new ServerClient(key, { requestHost: api.origin.replace('http://', ''), useHttps: false });

beforeAll(async () => {
  // Marketing mail is taken where its links can be used.
  api = await startApi({ env: { PUBLIC_URL: 'https://mail.example.com' } });
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  client = clientOf(workspace.key);
  const senderProfileId = await workspace.aSender({ fromEmail: goodMessage.From, fromName: null });
  templateId = await workspace.aTemplate({
    subject: 'Hi {{name}}',
    html: '<p>{{name}}</p>',
    senderProfileId,
  });
  await workspace.post('/suppressions', { email: 'gone@example.com' });
});

const rows = () =>
  api.prisma.emailSend.findMany({ where: { workspaceId: workspace.id }, orderBy: { id: 'asc' } });
const aTemplated = (To: string, fields = {}) => ({
  From: goodMessage.From,
  To,
  TemplateAlias: templateId,
  TemplateModel: { name: 'Ada' },
  ...fields,
});

/** What a call was refused with, by the class that the SDK made of it. */
const errorOf = async (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

describe('the SDK of Postmark, as it is:', () => {
  test('sendEmail answers an id, and the message is there with all that was asked for', async () => {
    const answer = await client.sendEmail({
      ...goodMessage,
      To: 'ada@example.com, "Bob, B." <bob@example.com>',
      Cc: 'carol@example.com',
      Bcc: 'dan@example.com',
      ReplyTo: 'help@acme.test',
      HtmlBody: '<p>Hello</p>',
      Tag: 'welcome',
      Metadata: { order: '7' },
      Headers: [{ Name: 'X-Order', Value: '7' }],
      Attachments: [{ Name: 'a.png', Content: 'aGVsbG8=', ContentID: 'cid:logo', ContentType: 'image/png' }],
      TrackOpens: true,
      TrackLinks: Models.LinkTrackingOptions.HtmlAndText,
    });
    expect(answer).toMatchObject({
      To: 'ada@example.com, "Bob, B." <bob@example.com>',
      Cc: 'carol@example.com',
      ErrorCode: 0,
      Message: 'OK',
    });
    expect(new Date(answer.SubmittedAt).getTime()).toBeGreaterThan(0);
    expect(await rows()).toMatchObject([
      {
        id: answer.MessageID,
        status: 'Queued',
        lane: 'transactional',
        toOthers: [{ email: 'bob@example.com', name: 'Bob, B.' }],
        cc: [{ email: 'carol@example.com' }],
        bcc: [{ email: 'dan@example.com' }],
        replyToEmail: 'help@acme.test',
        tags: ['welcome', 'order:7'],
        headers: [{ name: 'X-Order', value: '7' }],
        attachments: [{ filename: 'a.png', contentId: 'logo' }],
        trackOpens: true,
        trackClicks: true,
        trackText: true,
      },
    ]);
  });

  test('a broadcast goes to the marketing lane, with the group of the workspace', async () => {
    await client.sendEmail({ ...goodMessage, MessageStream: 'broadcast' });
    await client.sendEmailWithTemplate(aTemplated('ada@example.com', { MessageStream: 'broadcast' }));
    const [email, templated] = await rows();
    expect([email?.lane, templated?.lane]).toEqual(['marketing', 'marketing']);
    expect(email?.subscriptionGroupId).not.toBeNull();
    expect(templated?.subscriptionGroupId).toBe(email?.subscriptionGroupId);
  });

  test('sendEmailBatch answers each in its place', async () => {
    const answers = await client.sendEmailBatch([
      goodMessage,
      { ...goodMessage, To: 'nobody' },
      { ...goodMessage, To: 'gone@example.com' },
      { ...goodMessage, To: 'gone@example.com, bob@example.com' },
    ]);
    const made = await rows();
    expect(answers.map(({ ErrorCode }) => ErrorCode)).toEqual([0, 300, 406, 0]);
    expect([answers[0]?.MessageID, answers[3]?.MessageID]).toEqual(made.map(({ id }) => id));
    const tooMany = await errorOf(client.sendEmailBatch(Array(501).fill(goodMessage)));
    expect(tooMany).toMatchObject({ code: 410, statusCode: 422 });
  });

  test('sendEmailWithTemplate and sendEmailBatchWithTemplates render ours', async () => {
    const one = await client.sendEmailWithTemplate(aTemplated('Ada <ada@example.com>, bob@example.com'));
    const several = await client.sendEmailBatchWithTemplates([
      aTemplated('eve@example.com'),
      aTemplated('eve@example.com', { TemplateModel: {} }),
    ]);
    expect(several.map(({ ErrorCode }) => ErrorCode)).toEqual([0, 300]);
    expect(await rows()).toMatchObject([
      { id: one.MessageID, templateId, toName: 'Ada', toOthers: [{ email: 'bob@example.com' }] },
      { id: several[0]?.MessageID, templateId, data: { name: 'Ada' } },
    ]);
  });

  test('getOutboundMessageDetails shows a message and what happened to it', async () => {
    const { MessageID: id } = await client.sendEmail({
      ...goodMessage,
      To: 'ada@example.com, bob@example.com',
      Cc: 'carol@example.com',
      Bcc: 'dan@example.com',
      Tag: 'welcome',
      Metadata: { order: '7' },
    });
    await api.prisma.emailSend.update({
      where: { id },
      data: { status: 'Sent', providerMessageId: 'ses-1', tags: ['welcome', 'order:7', 'order:8'] },
    });
    await api.prisma.$executeRaw`
      INSERT INTO email_events (id, workspace_id, send_id, type, source_id, occurred_at, detail)
      VALUES (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, 'bounce', 'one', now(),
        '{"bounceType": "Permanent", "bounceSubType": "NoEmail"}'),
      (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, 'delivery', 'two', now() + interval '1 second',
        '{"recipients": [{"recipient": "to[1]"}, {"recipient": "cc[0]"}, {"recipient": "other"}]}'),
      (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, 'bounce', 'three', now() + interval '2 seconds',
        '{"bounceType": "Permanent", "diagnostic": "550", "recipients": [{"recipient": "cc[0]", "diagnostic": "551"}]}'),
      (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, 'bounce', 'four', now() + interval '3 seconds',
        '{"bounceType": "Permanent", "recipients": [{"recipient": "other"}]}'),
      (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, 'bounce', 'five', now() + interval '4 seconds',
        '{"bounceType": "Permanent", "diagnostic": "550",
          "recipients": [{"recipient": "to", "diagnostic": "550"}, {"recipient": "cc[0]"}]}')`;
    const details = await client.getOutboundMessageDetails(id);
    expect(details).toMatchObject({
      MessageID: id,
      From: goodMessage.From,
      To: [
        { Email: 'ada@example.com', Name: '' },
        { Email: 'bob@example.com', Name: '' },
      ],
      Recipients: ['ada@example.com', 'bob@example.com', 'carol@example.com'],
      TextBody: 'Hello',
      Tag: 'welcome',
      Metadata: { order: '7, 8' },
      Status: 'Sent',
      MessageStream: 'outbound',
      MessageEvents: [
        { Type: 'Bounced', Recipient: 'ada@example.com', Details: { Summary: 'Permanent NoEmail' } },
        { Type: 'Delivered', Recipient: 'bob@example.com' },
        { Type: 'Delivered', Recipient: 'carol@example.com' },
        { Type: 'Bounced', Recipient: 'carol@example.com', Details: { Summary: '551' } },
        { Type: 'Bounced', Recipient: 'ada@example.com', Details: { Summary: '550' } },
        { Type: 'Bounced', Recipient: 'carol@example.com', Details: { Summary: 'Permanent' } },
      ],
    });
    const missing = await errorOf(client.getOutboundMessageDetails(newId()));
    expect(missing).toMatchObject({ code: 701, statusCode: 422 });
  });

  test('getBounces, getBounce, getBounceDump, activateBounce and getDeliveryStatistics', async () => {
    const all = await client.sendEmailBatch(
      ['hard', 'soft', 'spam', 'fine'].map((to) => ({ ...goodMessage, To: `${to}@example.com`, Tag: to })),
    );
    const [hard = '', soft = '', spam = ''] = all.map(({ MessageID }) => MessageID);
    const bounced = async (id: string, data: object, type: string, detail: object) => {
      await api.prisma.emailSend.update({ where: { id }, data });
      await api.prisma.$executeRaw`
        INSERT INTO email_events (id, workspace_id, send_id, type, source_id, occurred_at, detail)
        VALUES (gen_random_uuid(), ${workspace.id}::uuid, ${id}::uuid, ${type}::"EmailEventType", ${type},
          '2026-11-01T00:00:00Z', ${JSON.stringify(detail)}::jsonb)`;
    };
    const permanent = { bounceType: 'Permanent', bounceSubType: 'General' };
    const diagnostic = 'smtp; 550 5.1.1 unknown';
    // As it was kept of a mailbox that forwards to another.
    const recipients = [{ recipient: 'other', diagnostic }];
    await bounced(hard, { delivery: 'bounced' }, 'bounce', { ...permanent, diagnostic, recipients });
    const { MessageEvents } = await client.getOutboundMessageDetails(hard);
    expect(MessageEvents).toMatchObject([
      { Recipient: 'hard@example.com', Details: { Summary: diagnostic } },
    ]);
    await bounced(soft, { delivery: 'bounced', bounceIsSoft: true }, 'bounce', { bounceType: 'Transient' });
    await bounced(spam, { delivery: 'bounced' }, 'bounce', permanent);
    await bounced(spam, { delivery: 'complained' }, 'complaint', { complaintFeedbackType: 'abuse' });
    for (const [to, reason] of Object.entries({ hard: 'Bounce', soft: 'Complaint', spam: 'Bounce' }))
      await workspace.post('/suppressions', { email: `${to}@example.com`, reason });

    const { TotalCount, Bounces } = await client.getBounces();
    expect([TotalCount, Bounces.map(({ MessageID }) => MessageID)]).toEqual([3, [spam, soft, hard]]);
    const [complaint, softBounce, hardBounce] = Bounces;
    expect([complaint, softBounce]).toMatchObject([
      { Type: 'SpamComplaint', TypeCode: 100_001, Details: 'abuse', Inactive: true, CanActivate: false },
      { Type: 'SoftBounce', TypeCode: 4_096, Details: 'Transient', Inactive: true, CanActivate: false },
    ]);
    const ID = hardBounce?.ID ?? 0;
    expect(hardBounce).toEqual({
      RecordType: 'Bounce',
      ID: expect.any(Number),
      Type: 'HardBounce',
      TypeCode: 1,
      Name: 'Hard bounce',
      Tag: 'hard',
      MessageID: hard,
      ServerID: 0,
      MessageStream: 'outbound',
      Description: expect.any(String),
      Details: diagnostic,
      Email: 'hard@example.com',
      From: goodMessage.From,
      BouncedAt: '2026-11-01T00:00:00.000Z',
      DumpAvailable: false,
      Inactive: true,
      CanActivate: true,
      Subject: goodMessage.Subject,
    });
    expect(new Set(Bounces.map((bounce) => bounce.ID)).size).toBe(3);
    expect(await client.getBounce(ID)).toEqual(hardBounce);
    expect(await client.getBounceDump(ID)).toEqual({ Body: '' });

    const ids = async (filter: Partial<Models.BounceFilteringParameters>) => {
      const page = await client.getBounces(filter);
      return [page.TotalCount, ...page.Bounces.map(({ MessageID }) => MessageID)];
    };
    expect(await ids({ type: Models.BounceType.HardBounce })).toEqual([1, hard]);
    expect(await ids({ type: Models.BounceType.SoftBounce })).toEqual([1, soft]);
    expect(await ids({ type: Models.BounceType.SpamComplaint })).toEqual([1, spam]);
    expect(await ids({ emailFilter: 'soft@example.com' })).toEqual([1, soft]);
    expect(await ids({ tag: 'hard' })).toEqual([1, hard]);
    expect(await ids({ messageID: spam })).toEqual([1, spam]);
    expect(await ids({ count: 1, offset: 1 })).toEqual([3, soft]);
    const refused = [
      { inactive: true },
      { fromDate: '2026-11-01' },
      { count: 501 },
      { count: 500, offset: 9_501 },
    ];
    for (const filter of refused) {
      expect(await errorOf(client.getBounces(filter))).toMatchObject({ statusCode: 422, code: 408 });
    }

    expect(await client.getDeliveryStatistics()).toEqual({
      InactiveMails: 4,
      Bounces: [
        { Name: 'All', Count: 3 },
        { Type: 'HardBounce', Name: 'Hard bounce', Count: 1 },
        { Type: 'SoftBounce', Name: 'Soft bounce', Count: 1 },
        { Type: 'SpamComplaint', Name: 'Spam complaint', Count: 1 },
      ],
    });
    expect(await client.activateBounce(ID)).toEqual({
      Message: 'OK',
      Bounce: { ...hardBounce, Inactive: false, CanActivate: false },
    });
    expect(await client.getBounce(ID)).toMatchObject({ Inactive: false });
    // One complained by this very bounce, the other is suppressed for another mail's complaint.
    for (const bounce of [complaint, softBounce]) {
      expect(await errorOf(client.activateBounce(bounce?.ID ?? 0))).toMatchObject({
        statusCode: 422,
        code: 300,
      });
      expect(await client.getBounce(bounce?.ID ?? 0)).toEqual(bounce);
    }
    // As another process may have accepted it within the same millisecond.
    const fine = all[3]?.MessageID ?? '';
    const twin = hard.slice(0, -1) + (hard.endsWith('0') ? '1' : '0');
    await api.prisma.emailSend.update({ where: { id: fine }, data: { id: twin, delivery: 'bounced' } });
    expect(await errorOf(client.activateBounce(ID))).toMatchObject({
      statusCode: 422,
      code: 300,
      message: expect.stringContaining('Several bounces'),
    });
    const other = await api.makeWorkspace();
    for (const id of [0, 1, ID + 1, Number.MAX_SAFE_INTEGER]) {
      expect(await errorOf(client.getBounce(id))).toMatchObject({ statusCode: 422, code: 407 });
    }
    expect(await errorOf(clientOf(other.key).getBounce(ID))).toMatchObject({ code: 407 });
    const nonsense = await api.call('/bounces/1e3/dump', {
      headers: { 'x-postmark-server-token': workspace.key },
    });
    expect(nonsense.body).toMatchObject({ ErrorCode: 407 });
  });

  test('makes its own classes of errors', async () => {
    const inactive = await errorOf(client.sendEmail({ ...goodMessage, To: 'gone@example.com' }));
    expect(inactive).toBeInstanceOf(Errors.InactiveRecipientsError);
    expect(inactive).toMatchObject({ recipients: ['gone@example.com'], code: 406 });
    const invalid = await errorOf(client.sendEmail({ ...goodMessage, To: 'nobody' }));
    expect(invalid).toBeInstanceOf(Errors.InvalidEmailRequestError);
    const noKey = await errorOf(clientOf('none').sendEmail(goodMessage));
    expect(noKey).toBeInstanceOf(Errors.InvalidAPIKeyError);
    expect(noKey).toMatchObject({ code: 10, statusCode: 401 });
    const limited = await workspace.makeKey(['emails:read']);
    expect(await errorOf(clientOf(limited).sendEmail(goodMessage))).toMatchObject({
      code: 10,
      statusCode: 401,
    });
    expect(await rows()).toEqual([]);
  });

  test('a test key sends to nobody, and what repeats a message is answered as that was, suppressed by now or not', async () => {
    const testKey = await workspace.makeKey(['full'], 'test');
    expect((await clientOf(testKey).sendEmail(goodMessage)).Message).toBe('Test job accepted');
    const headers = { 'x-postmark-server-token': workspace.key, 'idempotency-key': 'once' };
    const posted = (path: string, body: unknown) => api.call(path, { body, headers });
    const first = await posted('/email', goodMessage);
    await workspace.post('/suppressions', { email: goodMessage.To });
    const again = await posted('/email', goodMessage);
    expect([again.status, again.body]).toEqual([200, first.body]);
    const batch = await posted('/email/batch', [goodMessage, goodMessage]);
    expect(batch.body).toMatchObject([first.body, { ErrorCode: 406 }]);
    expect((await rows()).map(({ simulated }) => simulated)).toEqual([true, false]);
  });
});

describe('what Postmark refuses is refused as Postmark does, and nothing is written:', () => {
  const post = (path: string, body: unknown) =>
    api.call(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'x-postmark-server-token': workspace.key, 'content-type': 'application/json' },
    });

  test('there are at least 60 of them', () => {
    expect(badMessages.length).toBeGreaterThanOrEqual(60);
  });

  test.each([
    ['/email', badMessages],
    ['/email/withTemplate', badTemplates],
  ] as const)('%s', async (path, inputs) => {
    const answers = [];
    for (const [what, , body] of inputs) {
      const { status, headers, body: answer } = await post(path, body);
      expect(headers.get('x-request-id')).not.toBeNull();
      answers.push([what, status, answer]);
    }
    expect(answers).toEqual(
      inputs.map(([what, ErrorCode]) => [what, 422, { ErrorCode, Message: expect.any(String) }]),
    );
    expect(await rows()).toEqual([]);
  });

  test('a batch that is none, and a path that is not offered', async () => {
    expect((await post('/email/batch', goodMessage)).body).toMatchObject({ ErrorCode: 403 });
    expect((await post('/email/batchWithTemplates', [])).body).toMatchObject({ ErrorCode: 403 });
    expect((await post('/email/bulk', goodMessage)).body).toMatchObject({ ErrorCode: 701 });
    const calls = { templates: () => client.getTemplates(), webhooks: () => client.getWebhooks() };
    for (const [path, call] of Object.entries(calls)) {
      const message = expect.stringContaining(`nothing at GET /${path}`);
      expect(await errorOf(call())).toMatchObject({ code: 701, statusCode: 422, message });
    }
  });
});
