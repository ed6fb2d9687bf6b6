import type { SuppressionResource } from '@postroom/contracts';
import type { StoredSuppression } from '@postroom/db';

/** An address that gets no mail, and why. */
export function presentSuppression(suppression: StoredSuppression): SuppressionResource {
  return {
    email: suppression.email,
    reason: suppression.reason,
    origin: suppression.origin,
    note: suppression.note,
    expiresAt: suppression.expiresAt?.toISOString() ?? null,
    createdAt: suppression.createdAt.toISOString(),
  };
}
