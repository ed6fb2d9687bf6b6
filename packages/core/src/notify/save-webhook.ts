import { type CreateWebhook, maxWebhooks, type UpdateWebhook } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { found, invalidField } from '../refusals.ts';
import type { SendOwner, SendRef } from '../send/send.ts';
import { tooMany } from '../senders/refusals.ts';
import { newWebhookSecret } from './signature.ts';

/** What resources are called when there is none. */
export const webhookWhat = 'webhook';

export type SaveWebhookDeps<Webhook> = {
  readonly webhooks: {
    create(owner: SendOwner, input: CreateWebhook & { readonly secret: string }): Promise<Webhook | null>;
    update(ref: SendRef, input: UpdateWebhook): Promise<Webhook | null>;
    rotateSecret(ref: SendRef, secret: string): Promise<Webhook | null>;
  };
  /** Null: private addresses are allowed. */
  readonly isPrivateUrl: ((url: string) => Promise<boolean>) | null;
};

async function refuseUrl({ isPrivateUrl }: Pick<SaveWebhookDeps<never>, 'isPrivateUrl'>, url: string) {
  if (isPrivateUrl === null) return;
  if (!url.startsWith('https:')) throw invalidField('url', 'must begin with https://');
  if (await isPrivateUrl(url)) {
    throw invalidField(
      'url',
      'must not lead to a private address: receivers are reached over the public network',
    );
  }
}

/** Makes an endpoint; the secret is in this answer alone. */
export async function createWebhook<Webhook>(
  deps: SaveWebhookDeps<Webhook>,
  owner: SendOwner,
  input: CreateWebhook,
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  await refuseUrl(deps, input.url);
  const secret = newWebhookSecret();
  const webhook = await deps.webhooks.create(owner, { ...input, secret });
  if (webhook === null) throw tooMany('webhooks', maxWebhooks);
  return { webhook, secret };
}

/** Changes an endpoint. */
export async function updateWebhook<Webhook>(
  deps: SaveWebhookDeps<Webhook>,
  ref: SendRef,
  input: UpdateWebhook,
): Promise<Webhook> {
  if (input.url !== undefined) await refuseUrl(deps, input.url);
  return found(await deps.webhooks.update(ref, input), webhookWhat);
}

/** Refuses to tell an endpoint that is disabled of anything: what waits for it is given up untried. */
export function requireEnabled(webhook: { readonly enabled: boolean } | null): void {
  const { enabled } = found(webhook, webhookWhat);
  if (enabled) return;
  throw new PostroomError(
    'state_conflict',
    'This webhook is disabled, and is told of nothing: set enabled to true first.',
    { details: { enabled } },
  );
}

/** Gives an endpoint a new secret; the one before signs as well for a day. */
export async function rotateWebhookSecret<Webhook>(
  deps: SaveWebhookDeps<Webhook>,
  ref: SendRef,
): Promise<{ readonly webhook: Webhook; readonly secret: string }> {
  const secret = newWebhookSecret();
  return { webhook: found(await deps.webhooks.rotateSecret(ref, secret), webhookWhat), secret };
}
