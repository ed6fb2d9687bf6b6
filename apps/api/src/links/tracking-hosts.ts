import { randomBytes } from 'node:crypto';
import type { CheckTrackingHostDeps } from '@postroom/core';
import { type Database, LinkKeyStore } from '@postroom/db';
import { createDnsLookup, systemLookup } from '@postroom/webhooks';
import { createAskHost } from './ask-host.ts';
import { publicOnly } from './public-address.ts';

/** What hosts of links are checked with. */
export function trackingHostsOf(
  { prisma }: Database,
  privateAddresses: 'refuse' | 'allow',
): CheckTrackingHostDeps['trackingHosts'] {
  const store = new LinkKeyStore(prisma);
  return {
    secretOf: (workspaceId) => store.secretOf(workspaceId),
    ask: createAskHost({
      lookup: privateAddresses === 'allow' ? systemLookup : publicOnly(createDnsLookup()),
    }),
    newNonce: () => randomBytes(24),
  };
}
