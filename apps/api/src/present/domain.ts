import type { DomainResource } from '@postroom/contracts';
import type { StoredDomain } from '@postroom/core';

/** A domain, whether SES has found its records, and the records to publish. */
export function presentDomain(domain: StoredDomain): DomainResource {
  return {
    id: domain.id,
    domain: domain.domain,
    status: domain.status,
    // In this order: PostgreSQL keeps no order of keys.
    dnsRecords: domain.dnsRecords.map(({ type, name, value, purpose, required }) => ({
      type,
      name,
      value,
      purpose,
      required,
    })),
    checkedAt: domain.checkedAt?.toISOString() ?? null,
    createdAt: domain.createdAt.toISOString(),
    updatedAt: domain.updatedAt.toISOString(),
  };
}
