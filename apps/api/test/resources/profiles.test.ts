import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { maxProfilesPerAddress, profileSchema, subscriptionGroupSchema } from '@postroom/contracts';
import { idOf } from '@postroom/testkit';
import {
  atOnce,
  errorOf,
  isoTime,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  uuidV7,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;
let serial = 0;

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const newEmail = () => `p${++serial}@example.com`;

async function make(input: Readonly<Record<string, unknown>>) {
  const { status, body } = await workspace.call('POST', '/profiles', input);
  expect(status).toBe(201);
  return profileSchema.parse(body);
}

const patch = (id: string, change: Readonly<Record<string, unknown>>) =>
  workspace.call('PATCH', `/profiles/${id}`, change);

test('a new profile is answered with every field, and read back the same', async () => {
  const input = {
    email: 'Ada@EXAMPLE.com',
    externalId: 'user-1',
    attributes: { plan: 'pro', seats: [1, 2] },
  };
  const { status, body } = await workspace.call('POST', '/profiles', input);
  expect(status).toBe(201);
  expect(body).toEqual({
    ...input,
    id: expect.stringMatching(uuidV7),
    email: 'Ada@example.com',
    deliverySuppression: null,
    subscriptions: [],
    createdAt: expect.stringMatching(isoTime),
    updatedAt: expect.stringMatching(isoTime),
  });
  const read = await workspace.call('GET', `/profiles/${profileSchema.parse(body).id}`);
  expect([read.status, read.body]).toEqual([200, body]);
});

test('either of email and externalId is enough, and one of them is needed', async () => {
  expect(await make({ email: newEmail() })).toMatchObject({ externalId: null, attributes: {} });
  expect(await make({ externalId: 'only-external' })).toMatchObject({ email: null, attributes: {} });
  const answer = await workspace.call('POST', '/profiles', { attributes: {} });
  expect([answer.status, issuePathsOf(answer)]).toEqual([400, ['']]);
});

test('an external id that is taken is a conflict that names the profile which has it', async () => {
  const { id } = await make({ externalId: 'taken' });
  const answer = await workspace.call('POST', '/profiles', { externalId: 'taken', email: newEmail() });
  expect(errorOf(answer)).toEqual({ status: 409, code: 'state_conflict', details: { profileId: id } });
});

test('an address has 1,000 profiles at the most, by whichever way one more is asked for', async () => {
  const email = newEmail();
  await api.prisma.$executeRaw`
    INSERT INTO profiles (id, workspace_id, external_id, email, email_key)
    SELECT gen_random_uuid(), ${workspace.id}::uuid, 'of ' || ${email} || i, ${email}, ${email}
    FROM generate_series(1, ${maxProfilesPerAddress - 1}::int) AS i`;
  const sender = { name: 'Sender', fromEmail: 'me@acme.test' };
  const senderProfileId = idOf(await workspace.call('POST', '/sender-profiles', sender));
  await api.prisma.senderProfile.update({ where: { id: senderProfileId }, data: { verifiedAt: new Date() } });
  const template = { name: 'T', subject: 'Hello', html: '<p>Hello</p>', senderProfileId };
  const templateId = idOf(await workspace.call('POST', '/templates', template));
  const ask = async (externalId: string) => {
    const items = [{ idempotencyKey: externalId, templateId, to: { email, externalId } }];
    return (await workspace.call('POST', '/emails/batch', { items })).body;
  };
  expect(await ask('last of all')).toMatchObject({ accepted: 1 });
  expect(await ask('one more')).toMatchObject({
    items: [{ error: 'validation_failed', details: { issues: [{ path: 'to.externalId' }] } }],
  });
  const full = { status: 422, code: 'unprocessable', details: { max: maxProfilesPerAddress } };
  const input = { email, externalId: 'one more' };
  expect(errorOf(await workspace.call('POST', '/profiles', input))).toEqual(full);
  const { id } = await make({ email: newEmail(), externalId: 'moves' });
  expect(errorOf(await patch(id, { email }))).toEqual(full);
  // Who is known to it, by an external id or by the address alone, gets mail as before.
  const known = { templateId, idempotencyKey: 'known', to: { email, externalId: 'last of all' } };
  const alone = { templateId, idempotencyKey: 'alone', to: { email } };
  const { body } = await workspace.call('POST', '/emails/batch', { items: [known, alone] });
  expect(body).toMatchObject({ accepted: 2 });
});

test('an address that is taken is a conflict for whoever has no external id, in any letter case', async () => {
  const email = newEmail();
  const { id } = await make({ email });
  const again = await workspace.call('POST', '/profiles', { email: email.toUpperCase() });
  expect(errorOf(again)).toEqual({ status: 409, code: 'state_conflict', details: { profileId: id } });
  await make({ email, externalId: `with-${email}` });
});

test('twenty equal creations at once make one profile; the others are told its id', async () => {
  for (const input of [{ email: newEmail() }, { externalId: 'race', email: newEmail() }]) {
    const answers = await atOnce(20, () => workspace.call('POST', '/profiles', input));
    const [made, ...more] = answers.filter(({ status }) => status === 201);
    expect(more).toEqual([]);
    const { id } = profileSchema.parse(made?.body);
    const refused = answers.filter(({ status }) => status === 409).map(errorOf);
    expect(refused).toHaveLength(19);
    expect(refused.map(({ details }) => details)).toEqual(refused.map(() => ({ profileId: id })));
    const list = await workspace.call('GET', `/profiles?email=${input.email}`);
    expect(list.body).toMatchObject({ data: [{ id }], nextCursor: null });
  }
});

test('the list can be narrowed to an address, in any letter case, and to an external id', async () => {
  const email = newEmail();
  const plain = await make({ email });
  const named = await make({ email, externalId: 'narrow +&/?' });
  const list = async (query: string) => (await workspace.call('GET', `/profiles?${query}`)).body;
  expect(await list(`email=${email.toUpperCase()}`)).toEqual({ data: [named, plain], nextCursor: null });
  const externalId = `externalId=${encodeURIComponent('narrow +&/?')}`;
  expect(await list(externalId)).toEqual({ data: [named], nextCursor: null });
  expect(await list(`${externalId}&email=${newEmail()}`)).toEqual({ data: [], nextCursor: null });
  expect(issuePathsOf(await workspace.call('GET', '/profiles?email=nobody'))).toEqual(['email']);
});

test('a profile shows why its address is suppressed', async () => {
  const email = newEmail();
  const { id } = await make({ email, externalId: `s-${email}` });
  await workspace.call('POST', '/suppressions', { email: email.toUpperCase(), reason: 'Complaint' });
  const { body } = await workspace.call('GET', `/profiles/${id}`);
  expect(body).toMatchObject({ deliverySuppression: 'Complaint' });
  await workspace.call('DELETE', `/suppressions/${email}`);
  expect((await workspace.call('GET', `/profiles/${id}`)).body).toMatchObject({ deliverySuppression: null });
});

test('a profile shows what it said about groups', async () => {
  const { id } = await make({ email: newEmail() });
  const groupIds: string[] = [];
  for (const subscribed of [true, false]) {
    const made = await workspace.call('POST', '/subscription-groups', { name: 'G', type: 'OptIn' });
    const groupId = subscriptionGroupSchema.parse(made.body).id;
    groupIds.push(groupId);
    const put = { profileId: id, subscribed };
    await workspace.call('PUT', `/subscription-groups/${groupId}/subscriptions`, put);
  }
  const { body } = await workspace.call('GET', `/profiles/${id}`);
  expect(profileSchema.parse(body).subscriptions).toEqual([
    {
      groupId: groupIds[0],
      subscribed: true,
      status: 'subscribed',
      updatedAt: expect.stringMatching(isoTime),
    },
    {
      groupId: groupIds[1],
      subscribed: false,
      status: 'unsubscribed',
      updatedAt: expect.stringMatching(isoTime),
    },
  ]);
});

test('an update changes what it names; attributes are replaced as a whole', async () => {
  const profile = await make({ email: newEmail(), externalId: 'update', attributes: { a: 1, b: 2 } });
  const email = newEmail();
  const { body } = await patch(profile.id, { email, attributes: { c: 3 } });
  expect(body).toEqual({
    ...profile,
    email,
    attributes: { c: 3 },
    updatedAt: expect.stringMatching(isoTime),
  });
  expect((await patch(profile.id, { attributes: null })).body).toMatchObject({ attributes: {}, email });
  const list = await workspace.call('GET', `/profiles?email=${email}`);
  expect(list.body).toMatchObject({ data: [{ id: profile.id }] });
});

test('email and externalId can be unset one at a time, never both', async () => {
  const { id } = await make({ email: newEmail(), externalId: 'both' });
  const neither = await patch(id, { email: null, externalId: null });
  expect([neither.status, issuePathsOf(neither)]).toEqual([400, ['email']]);
  expect((await patch(id, { email: null })).body).toMatchObject({ email: null, externalId: 'both' });
  const last = await patch(id, { externalId: null });
  expect([last.status, issuePathsOf(last)]).toEqual([400, ['email']]);
  const answers = await Promise.all([
    patch(id, { email: newEmail(), externalId: null }),
    patch(id, { email: null }),
  ]);
  expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
  const { body } = await workspace.call('GET', `/profiles/${id}`);
  const { email, externalId } = profileSchema.parse(body);
  expect(email ?? externalId).not.toBeNull();
});

test('an update to an external id or an address that is taken is a conflict and changes nothing', async () => {
  const email = newEmail();
  const holder = await make({ email });
  const named = await make({ externalId: 'holder' });
  const other = await make({ email: newEmail() });
  const byId = await patch(other.id, { externalId: 'holder' });
  expect(errorOf(byId)).toMatchObject({ status: 409, details: { profileId: named.id } });
  const byEmail = await patch(other.id, { email });
  expect(errorOf(byEmail)).toMatchObject({ status: 409, details: { profileId: holder.id } });
  expect((await workspace.call('GET', `/profiles/${other.id}`)).body).toEqual(other);
});
