import { ApiKeyStore, openDatabase } from '@postroom/db';
import { createApiClient, idOf, type Stack } from '@postroom/testkit';
import { greetingOf, suppressedAddress, type Workspace } from '../nouns/workspace.ts';

const senderOf = (name: string) => `orders@${name}.example`;

const runaway = (body: string) =>
  `{{#each a}}{{#each ../a}}{{#each ../../a}}{{#each ../../../a}}${body}{{/each}}{{/each}}{{/each}}{{/each}}`;

/** How a workspace is filled: who it is, and how many templates it has that run away. */
type Filling = Pick<Workspace, 'key' | 'name'> & { readonly poisonTemplates: number };

async function fill(url: string, { key, name, poisonTemplates }: Filling): Promise<Omit<Workspace, 'id'>> {
  const client = createApiClient(url, key);
  const make = async (path: string, body: object) => idOf(await client.post(path, body));
  const senderProfileId = await make('/sender-profiles', {
    name: 'Acme',
    fromEmail: senderOf(name),
    fromName: 'Acme, Orders',
  });
  const template = { name: 'Hello', subject: `${greetingOf({ name })} {{name}}`, senderProfileId };
  const poisonTemplateIds: string[] = [];
  for (let at = 0; at < poisonTemplates; at += 1) {
    const html = `${at}${runaway(at % 2 === 0 ? '.' : '')}`;
    poisonTemplateIds.push(await make('/templates', { ...template, html }));
  }
  const { status } = await client.post('/suppressions', { email: suppressedAddress, reason: 'Manual' });
  if (status !== 201) throw new Error(`the API answered ${status} to a suppression`);
  return {
    key,
    name,
    sender: senderOf(name),
    templateId: await make('/templates', { ...template, html: '<p>Hello {{name}}</p>' }),
    poisonTemplateIds,
    openGroupId: await make('/subscription-groups', { name: 'News', type: 'OptOut' }),
    closedGroupId: await make('/subscription-groups', { name: 'Offers', type: 'OptIn' }),
  };
}

/** Makes another workspace beside the one that every installation has; the database is reached directly. */
export async function makeWorkspace(
  databaseUrl: string,
  { name, key }: Pick<Workspace, 'name' | 'key'>,
): Promise<Pick<Workspace, 'id' | 'key'>> {
  const id = crypto.randomUUID();
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await database.prisma.workspace.create({ data: { id, name } });
    await new ApiKeyStore(database.prisma).keep(id, { name: 'faults', key, scopes: ['full'] });
  } finally {
    await database.close();
  }
  return { id, key };
}

/** The second workspace of a load. */
export const makeSecondWorkspace = (databaseUrl: string) =>
  makeWorkspace(databaseUrl, { name: 'second', key: `sk_live_${'z'.repeat(32)}` });

/** Fills two workspaces whose loads use the same idempotency keys. */
export async function makeWorkspaces(
  stack: Stack,
  {
    second,
    poisonTemplates,
  }: { readonly second: Pick<Workspace, 'id' | 'key'>; readonly poisonTemplates: number },
): Promise<readonly Workspace[]> {
  const [first] = await stack.database.rows('SELECT id FROM workspaces WHERE is_default');
  const fillOne = (key: string, name: string) => fill(stack.apiUrl, { key, name, poisonTemplates });
  return [
    { id: String(first?.id), ...(await fillOne(stack.key, 'first')) },
    { id: second.id, ...(await fillOne(second.key, 'second')) },
  ];
}
