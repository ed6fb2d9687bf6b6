import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parseIamPolicy } from '@postroom/servers';
import type { TestWorkspace } from '../start-api.ts';
import { type ApiWithSes, callAs, startWithSes } from './start-with-ses.ts';

let world: ApiWithSes;
let workspace: TestWorkspace;
const email = 'gone@example.com';

beforeAll(async () => {
  world = await startWithSes('ses');
});
afterAll(() => world.stop());
beforeEach(async () => {
  world.ses.reset();
  workspace = await world.api.makeWorkspace();
});

const suppressAtSes = () => world.ses.suppressionList.put({ EmailAddress: email, Reason: 'BOUNCE' });
const suppressHere = () => workspace.post('/suppressions', { email, reason: 'Bounce' });
const lift = () => callAs(world.api, workspace, ['DELETE', `/suppressions/${email}?provider=true`]);
const isHere = async () => (await workspace.get(`/suppressions/${email}`)).status === 200;

test('an address is lifted at SES as well', async () => {
  suppressAtSes();
  await suppressHere();
  expect(await lift()).toMatchObject({ status: 200, body: { stillSuppressedByProvider: false } });
  expect([await isHere(), world.ses.suppressionList.has(email)]).toEqual([false, false]);
});

test('what SES does not let go of is told', async () => {
  suppressAtSes();
  world.ses.suppressionList.holdOn(true);
  await suppressHere();
  expect(await lift()).toMatchObject({ status: 200, body: { stillSuppressedByProvider: true } });
  expect(await isHere()).toBe(false);
});

test('one that SES alone has is lifted there, and one that nobody has is not found', async () => {
  suppressAtSes();
  expect(await lift()).toMatchObject({ status: 200, body: { stillSuppressedByProvider: false } });
  expect(await lift()).toMatchObject({ status: 404 });
});

test('without being told, SES is not asked', async () => {
  suppressAtSes();
  await suppressHere();
  expect((await callAs(world.api, workspace, ['DELETE', `/suppressions/${email}`])).status).toBe(204);
  expect(world.ses.suppressionList.has(email)).toBe(true);
});

test.each([
  [
    'is away',
    () =>
      world.ses.faults.set({
        faults: [{ kind: 'errorBeforeAccepting', operation: 'GetSuppressedDestination' }],
      }),
  ],
  [
    'refuses us',
    () =>
      world.ses.rights.set(
        parseIamPolicy(
          JSON.stringify({
            Version: '2012-10-17',
            Statement: { Effect: 'Allow', Action: 'ses:GetAccount', Resource: '*' },
          }),
        ),
      ),
  ],
])('while SES %s nothing changes', async (_what, disturb) => {
  suppressAtSes();
  await suppressHere();
  disturb();
  expect(await lift()).toMatchObject({ status: 503, body: { error: 'unavailable' } });
  expect(await isHere()).toBe(true);
});
