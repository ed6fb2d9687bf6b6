import { openDatabase, storeApiKey } from '@postroom/db';
import { createApiClient, idOf, type Stack } from '@postroom/testkit';

/** A tenant with everything that the load needs. */
export type Workspace = {
  readonly id: string;
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

export const senderAddress = 'orders@acme.example';

const secondKey = `sk_live_${'z'.repeat(32)}`;

const runaway =
  '{{#each a}}{{#each ../a}}{{#each ../../a}}{{#each ../../../a}}.{{/each}}{{/each}}{{/each}}{{/each}}';

async function fill(url: string, key: string): Promise<Omit<Workspace, 'id'>> {
  const client = createApiClient(url, key);
  const make = async (path: string, body: object) => idOf(await client.post(path, body));
  const senderProfileId = await make('/sender-profiles', {
    name: 'Acme',
    fromEmail: senderAddress,
    fromName: 'Acme, Orders',
  });
  const template = { name: 'Hello', subject: 'Hello {{name}}', senderProfileId };
  const { status } = await client.post('/suppressions', { email: suppressedAddress, reason: 'Manual' });
  if (status !== 201) throw new Error(`the API answered ${status} to a suppression`);
  return {
    key,
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
    { id: String(first?.id), ...(await fill(stack.apiUrl, stack.key)) },
    { id: secondId, ...(await fill(stack.apiUrl, secondKey)) },
  ];
}
