import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { goodMessage } from './postmark-bad-inputs.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi({ env: { PUBLIC_URL: 'https://mail.example.com' } });
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: goodMessage.From, fromName: null });
});
afterAll(() => api.close());

const call = (path: string, body?: object) =>
  api.call(path, { body, headers: { 'x-postmark-server-token': workspace.key } });

const detailsOf = async (message: object) => {
  const { body } = await call('/email', { ...goodMessage, To: 'ada@example.com', ...message });
  const id = String(Reflect.get(Object(body), 'MessageID'));
  return (await call(`/messages/outbound/${id}/details`)).body;
};

test('the SDK of Python is told of a message all that it cannot do without', async () => {
  const tracked = {
    HtmlBody: '<p>Hello</p>',
    Attachments: [{ Name: 'a.txt', Content: 'aGVsbG8=', ContentType: 'text/plain', ContentID: null }],
    TrackOpens: true,
    TrackLinks: 'HtmlOnly',
  };
  const shown = { Attachments: ['a.txt'], TrackOpens: true, TrackLinks: 'HtmlOnly', Body: '' };
  expect(await detailsOf(tracked)).toMatchObject(shown);
  const plain = { Attachments: [], TrackOpens: false, TrackLinks: 'None' };
  expect(await detailsOf({ TrackOpens: false })).toMatchObject(plain);
});

test('the SDK of Ruby is given a dump of suppressions in the parts that it asks for', async () => {
  for (const email of ['gone@example.com', 'left@example.com'])
    await workspace.post('/suppressions', { email });
  const pageOf = async (query: string) =>
    (await call(`/message-streams/outbound/suppressions/dump?${query}`)).body;
  const [first, second] = ['gone@example.com', 'left@example.com'].map((EmailAddress) =>
    expect.objectContaining({ EmailAddress }),
  );
  expect(await pageOf('count=30&offset=0')).toEqual({ Suppressions: [first, second] });
  expect(await pageOf('count=1&offset=1')).toEqual({ Suppressions: [second] });
  expect(await pageOf('count=30&offset=30')).toEqual({ Suppressions: [] });
  expect(await pageOf('count=0')).toMatchObject({ ErrorCode: expect.any(Number) });
});
