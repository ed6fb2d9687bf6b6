import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ServerClient } from 'postmark';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { goodMessage } from './postmark-bad-inputs.ts';

let api: TestApi;
let workspace: TestWorkspace;
let client: ServerClient;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  client = new ServerClient(workspace.key, {
    requestHost: api.origin.replace('http://', ''),
    useHttps: false,
  });
  await workspace.aSender({ fromEmail: goodMessage.From, fromName: null });
  await workspace.post('/suppressions', { email: 'gone@example.com' });
});

test('createSuppressions, getSuppressions and deleteSuppressions of a stream', async () => {
  const made = await client.createSuppressions('outbound', {
    Suppressions: [{ EmailAddress: 'left@example.com' }, { EmailAddress: 'nobody' }],
  });
  expect(made.Suppressions).toMatchObject([
    { EmailAddress: 'left@example.com', Status: 'Suppressed' },
    { EmailAddress: 'nobody', Status: 'Failed' },
  ]);
  const emailsOf = async (filter = {}) =>
    (await client.getSuppressions('outbound', filter)).Suppressions.map(({ EmailAddress }) => EmailAddress);
  expect(await emailsOf()).toEqual(['gone@example.com', 'left@example.com']);
  expect(await emailsOf({ emailAddress: 'left@example.com' })).toEqual(['left@example.com']);
  expect(await emailsOf({ suppressionReason: 'HardBounce' })).toEqual([]);
  const gone = await client.deleteSuppressions('outbound', {
    Suppressions: [{ EmailAddress: 'left@example.com' }, { EmailAddress: 'never@example.com' }],
  });
  expect(gone.Suppressions.map(({ Status }) => Status)).toEqual(['Deleted', 'Deleted']);
  expect(await emailsOf()).toEqual(['gone@example.com']);
  await expect(client.getSuppressions('news')).rejects.toMatchObject({ code: 1235, statusCode: 422 });
});

test('deleteSuppressions lifts no complaint', async () => {
  for (const [EmailAddress, reason] of [
    ['bounced@example.com', 'Bounce'],
    ['angry@example.com', 'Complaint'],
  ]) {
    await workspace.post('/suppressions', { email: EmailAddress, reason });
  }
  const { Suppressions } = await client.deleteSuppressions('outbound', {
    Suppressions: [{ EmailAddress: 'bounced@example.com' }, { EmailAddress: 'angry@example.com' }],
  });
  expect(Suppressions).toEqual([
    { EmailAddress: 'bounced@example.com', Status: 'Deleted', Message: null },
    {
      EmailAddress: 'angry@example.com',
      Status: 'Failed',
      Message: 'You do not have the required authority to change this suppression.',
    },
  ]);
  const left = await client.getSuppressions('outbound');
  expect(left.Suppressions.map(({ EmailAddress }) => EmailAddress)).toEqual([
    'angry@example.com',
    'gone@example.com',
  ]);
});
