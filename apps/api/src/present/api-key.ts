import type { ApiKeyResource } from '@postroom/contracts';
import type { StoredApiKey } from '@postroom/db';

/** A key as it may be shown at any time: without the key itself. */
export function presentApiKey(apiKey: StoredApiKey): ApiKeyResource {
  return {
    id: apiKey.id,
    name: apiKey.name,
    prefix: apiKey.prefix,
    scopes: [...apiKey.scopes],
    mode: apiKey.mode,
    senderProfileIds: apiKey.senderProfileIds === null ? null : [...apiKey.senderProfileIds],
    createdAt: apiKey.createdAt.toISOString(),
    revokedAt: apiKey.revokedAt?.toISOString() ?? null,
  };
}
