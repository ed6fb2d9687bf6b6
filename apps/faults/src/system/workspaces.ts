import { openDatabase, storeApiKey } from '@postroom/db';
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
  /** A template that would run for hours. */
  readonly poisonTemplateId: string;
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

const runaway =
  '{{#each a}}{{#each ../a}}{{#each ../../a}}{{#each ../../../a}}.{{/each}}{{/each}}{{/each}}{{/each}}';

async function fill(
  url: string,
  { key, name }: Pick<Workspace, 'key' | 'name'>,
): Promise<Omit<Workspace, 'id'>> {
  const client = createApiClient(url, key);
  const make = async (path: string, body: object) => idOf(await client.post(path, body));
  const senderProfileId = await make('/sender-profiles', {
    name: 'Acme',
    fromEmail: senderOf(name),
    fromName: 'Acme, Orders',
  });
  const template = { name: 'Hello', subject: `${greetingOf({ name })} {{name}}`, senderProfileId };
  const { status } = await client.post('/suppressions', { email: suppressedAddress, reason: 'Manual' });
  if (status !== 201) throw new Error(`the API answered ${status} to a suppression`);
  return {
    key,
    name,
    sender: senderOf(name),
    templateId: await make('/templates', { ...template, html: '<p>Hello {{name}}</p>' }),
    poisonTemplateId: await make('/templates', { ...template, html: runaway }),
    openGroupId: await make('/subscription-groups', { name: 'News', type: 'OptOut' }),
    closedGroupId: await make('/subscription-groups', { name: 'Offers', type: 'OptIn' }),
  };
}

/** Makes two workspaces whose loads use the same idempotency keys; the database is reached directly. */
export async function makeWorkspaces(stack: Stack, databaseUrl: string): Promise<readonly Workspace[]> {
  const secondId = crypto.randomUUID();
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await database.prisma.workspace.create({ data: { id: secondId, name: 'second' } });
    await storeApiKey(database.prisma, {
      workspaceId: secondId,
      name: 'faults',
      key: secondKey,
      scopes: ['full'],
    });
  } finally {
    await database.close();
  }
  const [first] = await stack.database.rows('SELECT id FROM workspaces WHERE is_default');
  return [
    { id: String(first?.id), ...(await fill(stack.apiUrl, { key: stack.key, name: 'first' })) },
    { id: secondId, ...(await fill(stack.apiUrl, { key: secondKey, name: 'second' })) },
  ];
}
