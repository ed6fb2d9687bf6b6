import { type ApiClient, idOf } from '@postroom/testkit';
import { template } from '../load/content.ts';

/** Makes the sender profile and the template that every email of the bench uses; answers the template's id. */
export async function makeTemplate(client: ApiClient): Promise<string> {
  const sender = { name: 'Acme', fromEmail: 'orders@acme.example.com', fromName: 'Acme' };
  const senderProfileId = idOf(await client.post('/sender-profiles', sender));
  return idOf(await client.post('/templates', { name: 'Order', ...template, senderProfileId }));
}
