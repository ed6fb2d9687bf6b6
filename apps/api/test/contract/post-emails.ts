import { randomUUID } from 'node:crypto';
import { type EmailsBatchResponse, emailsBatchResponseSchema } from '@postroom/contracts';
import type { Answer, Json, TestApi, TestWorkspace } from '../start-api.ts';

/** A valid email to a recipient of its own; name a `from` here. */
export const anEmail = (overrides: Json = {}): Json => ({
  to: [`to-${randomUUID()}@example.com`],
  subject: 'Our April newsletter',
  html: '<p>Hello!</p>',
  ...overrides,
});

/** Posts to a path of the API with an `Idempotency-Key`. */
export function postWithKey(
  { api, workspace }: { readonly api: TestApi; readonly workspace: TestWorkspace },
  { path, key, body }: { readonly path: string; readonly key: string; readonly body: unknown },
): Promise<Answer> {
  const headers = { 'x-api-key': workspace.key, 'idempotency-key': key };
  return api.call(`/api/v1${path}`, { method: 'POST', headers, body });
}

/** The parsed answer to a batch of emails; throws for any status but 200. */
export function emailsOf({ status, body }: Answer): EmailsBatchResponse {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return emailsBatchResponseSchema.strict().parse(body);
}
