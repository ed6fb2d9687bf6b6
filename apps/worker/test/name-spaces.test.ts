import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());

const html =
  '<p>{{sender.name}} | {{profile.plan}} | {{messageId}}</p>' +
  '{{#each list}}{{@sender.name}} to {{@profile.email}}{{#if @messageId}} with an id{{/if}}{{/each}}';

test('what is mailed is what the data says, and the names of the pipeline are apart from it', async () => {
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', {
      name: 'A',
      fromName: 'Acme, Inc.',
      fromEmail: 'hello@acme.test',
    }),
  );
  const template = { name: 'T', subject: '{{default sender.first sender}} wrote', html, senderProfileId };
  const templateId = idOf(await stack.client.post('/templates', template));
  const datas = [
    { sender: 'Alice', profile: { plan: 'Pro' }, messageId: 'MSG-77', list: [1] },
    { sender: { name: 'Bob', first: 'B.' }, profile: null, messageId: 0, list: [1] },
    { sender: { first: 'Carol' }, list: [1] },
  ];
  const ids = await post(stack, templateId, { count: 3, item: (at) => ({ data: datas[at] }) });
  const mailed = await eventually(
    async () => {
      const entries = ids.flatMap((id) => stack.ses.ledger.entriesOf(id).slice(0, 1));
      return entries.length === 3 && entries.map(({ seq }) => stack.ses.ledger.message(seq));
    },
    { what: 'the three to be sent' },
  );
  const own = (to: number) => `Acme, Inc. to send-${to}@example.com with an id`;
  expect(mailed.map((message) => [message?.subject, message?.html])).toEqual([
    ['Alice wrote', `<p> | Pro | MSG-77</p>${own(0)}`],
    ['B. wrote', `<p>Bob |  | 0</p>${own(1)}`],
    ['Carol wrote', expect.stringMatching(/^<p> \| {2}\| [0-9a-f-]{36}<\/p>Acme/)],
  ]);
});
