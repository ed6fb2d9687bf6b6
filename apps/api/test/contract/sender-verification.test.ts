import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FakeSes, idOf, startFakeSes } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let ses: FakeSes;
let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  ses = await startFakeSes({ verifyIdentitiesAfterMs: null });
  api = await startApi({ env: { SENDER_VERIFICATION: 'ses', AWS_ENDPOINT_URL_SESV2: ses.url } });
  workspace = await api.makeWorkspace();
});

afterAll(async () => {
  await api.close();
  await ses.stop();
});

const makeSender = (fromEmail: string) => workspace.post('/sender-profiles', { name: 'Shop', fromEmail });

function verifyAtSes(identity: string): void {
  ses.identities.create({ EmailIdentity: identity });
  expect(ses.identities.verify(identity)).toBe(true);
}

test('a sender whose domain SES knows as verified is verified when it is made', async () => {
  verifyAtSes('verified.test');
  expect((await makeSender('shop@verified.test')).body).toMatchObject({ verified: true });
});

test('a sender that SES does not know is made unverified, and is verified by a refresh later', async () => {
  const made = await makeSender('shop@later.test');
  expect(made).toMatchObject({ status: 201, body: { verified: false } });
  const refresh = `/sender-profiles/${idOf(made)}/refresh`;
  expect((await workspace.post(refresh, {})).body).toMatchObject({ verified: false });
  verifyAtSes('shop@later.test');
  expect((await workspace.post(refresh, {})).body).toMatchObject({ verified: true });
});

test('while SES cannot be asked a sender is still made, and a refresh answers 503', async () => {
  await ses.goDown();
  const made = await makeSender('shop@verified.test');
  expect(made).toMatchObject({ status: 201, body: { verified: false } });
  const refreshed = await workspace.post(`/sender-profiles/${idOf(made)}/refresh`, {});
  expect(refreshed).toMatchObject({ status: 503, body: { error: 'unavailable' } });
  await ses.comeUp();
});
