import { ApiKeyStore, openDatabase } from '@postroom/db';
import { createApiClient, idOf, type Stack } from '@postroom/testkit';

/** A tenant with everything that the load needs. */
export type Workspace = {
  readonly id: string;
  /** Stands in the sender, the recipients and the subjects of its mail, so that a mix-up shows at SES. */
  readonly name: string;
  /** The bare address that all of its mail comes from. */
  readonly sender: string;
  readonly key: string;
  readonly templateId: string;
  /** Templates that would run for hours: every other one writes as it runs, and so fills its heap. */
  readonly poisonTemplateIds: readonly string[];
  /** Everybody receives it until they say otherwise. */
  readonly openGroupId: string;
  /** Nobody receives it until they say so. */
  readonly closedGroupId: string;
};

/** Recipients of the load are at this domain. */
export const recipientDomain = 'recipients.example';

/** Gets no mail from any workspace. */
export const suppressedAddress = `suppressed@${recipientDomain}`;

/** The text that stands in every variable of the load, so that a line which holds it gave one away. */
export const variableMark = 'leakmark';

/** How the subject of a workspace's mail begins; the send's own part follows. */
export const greetingOf = ({ name }: Pick<Workspace, 'name'>): string => `Hello ${name}`;

const senderOf = (name: string) => `orders@${name}.example`;

const secondKey = `sk_live_${'z'.repeat(32)}`;

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

/** Makes two workspaces whose loads use the same idempotency keys; the database is reached directly. */
export async function makeWorkspaces(
  stack: Stack,
  { databaseUrl, poisonTemplates }: { readonly databaseUrl: string; readonly poisonTemplates: number },
): Promise<readonly Workspace[]> {
  const secondId = crypto.randomUUID();
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await database.prisma.workspace.create({ data: { id: secondId, name: 'second' } });
    await new ApiKeyStore(database.prisma).keep(secondId, {
      name: 'faults',
      key: secondKey,
      scopes: ['full'],
    });
  } finally {
    await database.close();
  }
  const [first] = await stack.database.rows('SELECT id FROM workspaces WHERE is_default');
  const fillOne = (key: string, name: string) => fill(stack.apiUrl, { key, name, poisonTemplates });
  return [
    { id: String(first?.id), ...(await fillOne(stack.key, 'first')) },
    { id: secondId, ...(await fillOne(secondKey, 'second')) },
  ];
}
