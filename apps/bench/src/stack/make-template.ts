import { type ApiClient, idOf } from '@postroom/testkit';
import { template } from '../load/content.ts';

/** Makes the sender profile and the template that every email of the bench uses; answers the template's id. */
export async function makeTemplate(client: ApiClient): Promise<string> {
  const sender = { name: 'Acme', fromEmail: 'orders@acme.example.com', fromName: 'Acme' };
  const senderProfileId = idOf(await client.post('/sender-profiles', sender));
  return idOf(await client.post('/templates', { name: 'Order', ...template, senderProfileId }));
}

/** Makes a short template with one variable, `name`, for mail of which the way counts and not the content; answers its id. */
export async function makeGreeting(client: ApiClient): Promise<string> {
  const sender = { name: 'Bystander', fromEmail: 'orders@bystander.example' };
  const senderProfileId = idOf(await client.post('/sender-profiles', sender));
  const greeting = { name: 'Hello', subject: 'Hello', html: '<p>Hello {{name}}</p>', senderProfileId };
  return idOf(await client.post('/templates', greeting));
}
