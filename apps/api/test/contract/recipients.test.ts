import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, acceptedOf, anItem, atOnce, codeOf, issuePathsOf, refusal, single } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const item = (overrides: Json) => anItem({ templateId, ...overrides });
const profileOf = (id: string | null) => api.prisma.profile.findUniqueOrThrow({ where: { id: id ?? '' } });
const profilesWith = (email: string) =>
  api.prisma.profile.findMany({ where: { workspaceId: workspace.id, emailKey: email.toLowerCase() } });
const aName = () => `external-${randomUUID()}`;
const anEmail = () => `someone-${randomUUID()}@example.com`;

describe('whom an item goes to', () => {
  test('an address that nobody knew makes a profile', async () => {
    const email = anEmail();
    const { profileId, to } = await accept(workspace, item({ to: { email } }));
    expect(to).toEqual({ email });
    expect(await profileOf(profileId)).toMatchObject({ workspaceId: workspace.id, email, externalId: null });
  });

  test('an address that is known, in any case, is that profile, unchanged', async () => {
    const email = anEmail();
    const id = await workspace.aProfile({ email });
    const before = await profileOf(id);
    const send = await accept(workspace, item({ to: { email: email.toUpperCase() } }));
    expect(send.profileId).toBe(id);
    expect(await profileOf(id)).toEqual(before);
  });

  test('profileId: the profile’s address is used when to.email is absent', async () => {
    const email = anEmail();
    const profileId = await workspace.aProfile({ email });
    for (const to of [undefined, null, {}]) {
      expect(await accept(workspace, item({ profileId, to }))).toMatchObject({ profileId, to: { email } });
    }
  });

  test('an email beside a known profile is used for this send and changes no profile', async () => {
    const externalId = aName();
    const profileId = await workspace.aProfile({ externalId });
    const before = await profileOf(profileId);
    const email = anEmail();
    for (const named of [{ profileId, to: { email } }, { to: { externalId, email } }]) {
      expect(await accept(workspace, item(named))).toMatchObject({ profileId, to: { email } });
    }
    expect(await profileOf(profileId)).toEqual(before);
    expect(await profilesWith(email)).toEqual([]);
  });

  test('an externalId that is known is that profile, with its address', async () => {
    const [externalId, email] = [aName(), anEmail()];
    const profileId = await workspace.aProfile({ externalId, email });
    expect(await accept(workspace, item({ to: { externalId } }))).toMatchObject({ profileId, to: { email } });
  });

  test('an unknown externalId with an email makes a profile that has both', async () => {
    const [externalId, email] = [aName(), anEmail()];
    const { profileId } = await accept(workspace, item({ to: { externalId, email } }));
    expect(await profileOf(profileId)).toMatchObject({ externalId, email });
    expect((await accept(workspace, item({ to: { externalId } }))).profileId).toBe(profileId);
  });

  test('an unknown externalId without an email is rejected not_found', async () => {
    const { error, details } = await refusal(workspace, item({ to: { externalId: aName() } }));
    expect({ error, details }).toEqual({ error: 'not_found', details: { field: 'to.externalId' } });
  });

  test('an unknown externalId without an email is rejected not_found beside a profileId too', async () => {
    const profileId = await workspace.aProfile();
    const { error } = await refusal(workspace, item({ profileId, to: { externalId: aName() } }));
    expect(error).toBe('not_found');
  });

  test('profileId and externalId of two different profiles are rejected profile_conflict', async () => {
    const externalId = aName();
    await workspace.aProfile({ externalId });
    const profileId = await workspace.aProfile({ externalId: aName() });
    const to = { externalId, email: anEmail() };
    expect((await refusal(workspace, item({ profileId, to }))).error).toBe('profile_conflict');
    expect((await refusal(workspace, item({ profileId, to: { externalId } }))).error).toBe(
      'profile_conflict',
    );
  });

  test('profileId and externalId of the same profile are accepted', async () => {
    const externalId = aName();
    const profileId = await workspace.aProfile({ externalId });
    expect((await accept(workspace, item({ profileId, to: { externalId } }))).profileId).toBe(profileId);
  });

  test('a profile without an address needs to.email', async () => {
    const externalId = aName();
    await workspace.make('/profiles', { externalId });
    expect((await refusal(workspace, item({ to: { externalId } }))).error).toBe('recipient_missing');
    expect((await accept(workspace, item({ to: { externalId, email: 'a@b.co' } }))).to.email).toBe('a@b.co');
  });

  test('an IDN domain is kept in punycode', async () => {
    const { to } = await accept(workspace, item({ to: { email: 'info@BÜCHER.example' } }));
    expect(to.email).toBe('info@xn--bcher-kva.example');
  });

  test('the externalId of another workspace is unknown here', async () => {
    const externalId = aName();
    await (await api.makeWorkspace()).aProfile({ externalId });
    expect((await refusal(workspace, item({ to: { externalId } }))).error).toBe('not_found');
  });
});

describe('items are processed in order:', () => {
  test('a profile that one item makes is known to the next', async () => {
    const [externalId, email] = [aName(), anEmail()];
    const { items } = await workspace.batch([
      item({ to: { externalId } }),
      item({ to: { externalId, email } }),
      item({ to: { externalId } }),
      item({ to: { externalId, email: 'other@example.com' } }),
      item({ to: { email } }),
    ]);
    expect(items.map(codeOf)).toEqual(['not_found', 'accepted', 'accepted', 'accepted', 'accepted']);
    const sends = items.slice(1).map((result) => acceptedOf(result).send);
    expect(new Set(sends.map(({ profileId }) => profileId)).size).toBe(1);
    expect(sends.map(({ to }) => to.email)).toEqual([email, email, 'other@example.com', email]);
    expect(single(await profilesWith(email))).toMatchObject({ externalId, email });
  });

  test('two items with the same new address make one profile', async () => {
    const email = anEmail();
    await workspace.batch([item({ to: { email } }), item({ to: { email: email.toUpperCase() } })]);
    expect(single(await profilesWith(email)).email).toBe(email);
  });

  test('the first of two addresses of a new externalId becomes the profile’s', async () => {
    const externalId = aName();
    const { items } = await workspace.batch([
      item({ to: { externalId, email: 'zoe@example.com' } }),
      item({ to: { externalId, email: 'anna@example.com' } }),
    ]);
    const { profileId } = acceptedOf(items[0]).send;
    expect((await profileOf(profileId)).email).toBe('zoe@example.com');
    expect(acceptedOf(items[1]).send).toMatchObject({ profileId, to: { email: 'anna@example.com' } });
  });

  test('an item that is rejected makes no profile', async () => {
    const email = anEmail();
    await workspace.batch([item({ to: { email }, from: 'stranger@other.test' })]);
    expect(await profilesWith(email)).toEqual([]);
  });
});

test('the same new recipients at once, in any order, make one profile each', async () => {
  const people = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0 ? { email: anEmail() } : { email: anEmail(), externalId: aName() },
  );
  const answers = await atOnce(12, (at) =>
    workspace.batch((at % 2 === 0 ? people : people.toReversed()).map((to) => item({ to }))),
  );
  expect(answers.map(({ accepted }) => accepted)).toEqual(answers.map(() => 20));
  for (const { email } of people) single(await profilesWith(email));
});

describe('cc and bcc', () => {
  const copiesOf = async (fields: Json) => {
    const { id, cc } = await accept(workspace, item(fields));
    const row = await api.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    return { cc, bcc: row.bcc };
  };
  const people = (count: number, name = 'p') => Array.from({ length: count }, (_, at) => `${name}${at}@x.co`);

  test('may be one address', async () => {
    const { cc, bcc } = await copiesOf({ cc: 'Jane <jane@x.co>', bcc: 'joe@x.co' });
    expect(cc).toEqual([{ email: 'jane@x.co', name: 'Jane' }]);
    expect(bcc).toEqual([{ email: 'joe@x.co', name: null }]);
  });

  test('may be a comma-separated string that respects quotes', async () => {
    const { cc } = await copiesOf({ cc: '"Doe, Jane" <jane@x.co>, joe@x.co ,"a\\",b" <c@x.co>' });
    expect(cc).toEqual([
      { email: 'jane@x.co', name: 'Doe, Jane' },
      { email: 'joe@x.co', name: null },
      { email: 'c@x.co', name: 'a",b' },
    ]);
  });

  test('may be an array', async () => {
    const { cc } = await copiesOf({ cc: ['"Doe, Jane" <jane@x.co>', 'joe@x.co'] });
    expect(cc.map(({ email }) => email)).toEqual(['jane@x.co', 'joe@x.co']);
  });

  test('duplicates are removed, to before cc before bcc', async () => {
    const { cc, bcc } = await copiesOf({
      to: { email: 'to@x.co' },
      cc: ['TO@x.co', 'First <cc@x.co>', 'Second <CC@X.CO>'],
      bcc: 'to@x.co, cc@x.co, bcc@x.co, bcc@x.co',
    });
    expect(cc).toEqual([{ email: 'cc@x.co', name: 'First' }]);
    expect(bcc).toEqual([{ email: 'bcc@x.co', name: null }]);
  });

  test('duplicates of the profile’s own address are removed as well', async () => {
    const profileId = await workspace.aProfile({ email: 'own@x.co' });
    const fields = { profileId, to: undefined, cc: 'own@x.co, cc@x.co', bcc: 'own@x.co' };
    expect(await copiesOf(fields)).toEqual({ cc: [{ email: 'cc@x.co', name: null }], bcc: null });
  });

  test.each([
    ['49 in cc', { cc: people(49) }],
    ['49 in a comma-separated cc', { cc: people(49).join(',') }],
    ['24 in cc and 25 in bcc', { cc: people(24), bcc: people(25, 'b') }],
    ['60 in cc of which 49 differ', { cc: [...people(49), ...people(11)] }],
    ['49 in cc and the same in bcc', { cc: people(49), bcc: people(49) }],
    ['49 in cc beside the recipient itself', { cc: ['to@x.co', ...people(49)], to: { email: 'to@x.co' } }],
  ])('at most 50 recipients in all: %s', async (_name, fields) => {
    expect((await accept(workspace, item(fields))).status).toBe('Queued');
  });

  test.each([
    ['50 in cc', { cc: people(50) }],
    ['50 in a comma-separated cc', { cc: people(50).join(',') }],
    ['25 in cc and 25 in bcc', { cc: people(25), bcc: people(25, 'b') }],
    ['an absurd number in cc', { cc: Array.from({ length: 100_000 }, () => 0) }],
  ])('more than 50 recipients are rejected: %s', async (_name, fields) => {
    const { error, details } = await refusal(workspace, item(fields));
    expect({ error, paths: issuePathsOf(details) }).toEqual({ error: 'validation_failed', paths: ['cc'] });
  });

  test('50 copies beside a profile whose address is one of them are 50 recipients', async () => {
    const profileId = await workspace.aProfile({ email: 'p0@x.co' });
    const send = await accept(workspace, item({ profileId, to: undefined, cc: people(50) }));
    expect(send.cc).toHaveLength(49);
    const more = item({ profileId, to: undefined, cc: people(51) });
    expect((await refusal(workspace, more)).error).toBe('validation_failed');
  });
});
