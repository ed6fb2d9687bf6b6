import { createGrouper, type SendOrigin, type TraceDeliveryDeps, type Tracer } from '@postroom/core';
import { type Sql, TraceStore } from '@postroom/db';
import { statementGroup } from './claim-in-groups.ts';

/** What deliveries are traced with; those that are claimed together are asked for together. */
export function traceSends(sql: Sql, tracer: Tracer): TraceDeliveryDeps {
  const traces = new TraceStore(sql);
  const find = createGrouper<string, { readonly origin: SendOrigin | null }>({
    ...statementGroup,
    run: async (ids) => {
      const origins = await traces.findOrigins(ids);
      return ids.map((id) => ({ origin: origins.get(id) ?? null }));
    },
  });
  return {
    tracer,
    // No send is worse off for its trace.
    originOf: async (sendId) => (await find(sendId).catch(() => ({ origin: null }))).origin,
    now: Date.now,
  };
}
