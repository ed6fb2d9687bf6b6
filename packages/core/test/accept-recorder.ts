import { addressKey } from '@postroom/contracts';
import type { AcceptBatchDeps } from '../src/accept/accept-deps.ts';
import type { Directory, KnownSender, KnownTemplate } from '../src/accept/directory.ts';
import { id } from './field-changes.ts';

export const sender = (of: string, email: string): KnownSender => ({
  id: of,
  from: { email, name: null },
  fromKey: addressKey(email),
  replyTo: null,
  configurationSet: null,
  accountId: null,
  trackClicks: false,
  trackOpens: false,
  trackText: false,
  trackingHost: null,
  isVerified: true,
});

const template = (of: string): KnownTemplate => ({
  id: of,
  isActive: true,
  senderProfileId: id(9),
  snapshotId: of,
  snapshotSubject: 'Hello',
  requiredVariables: [],
});

/** A workspace that has everything that the changes name. */
export const directory: Directory = {
  templates: new Map([1, 2].map((digit) => [id(digit), template(id(digit))])),
  sendersById: new Map([
    [id(2), sender(id(2), 'b@acme.test')],
    [id(9), sender(id(9), 'c@acme.test')],
  ]),
  sendersByFromKey: new Map(),
  verifiedDomains: new Set(['acme.test', 'x.co']),
  allowedSenderIds: null,
  groupIds: new Set([id(2)]),
  profilesById: new Map([[id(2), { id: id(2), externalId: null, email: null, emailKey: null }]]),
  profilesByExternalId: new Map(),
  profilesByEmailKey: new Map(),
  fullKeys: new Set(),
};

/** Ports that keep all that is written, but for fingerprints. */
export function recorder() {
  const written: unknown[] = [];
  let ids = 0;
  const deps: AcceptBatchDeps = {
    sends: {
      findByKeys: async () => new Map(),
      insertMany: async (batches) => {
        const sends = batches.flatMap((batch) => batch.sends);
        written.push(sends.map(({ fingerprint: _, ...send }) => send));
        return new Map(sends.map((send) => [send.id, new Date(0)]));
      },
      sweepSoon: async () => {},
    },
    contents: {
      ensureLiterals: async (_workspaceId, bodies) => {
        written.push(bodies);
        return bodies.map((_, at) => `snapshot ${at}`);
      },
      ensureAttachments: async (_workspaceId, attachments) => {
        written.push(attachments);
      },
    },
    directory: {
      lookUp: async () => directory,
      ensureProfiles: async (_workspaceId, profiles) => {
        written.push(profiles);
        return profiles;
      },
      ensureMarketingGroup: async () => 'group',
      findMarketingGroup: async () => null,
      findSuppressed: async () => new Map(),
    },
    queue: { enqueue: async () => true },
    missingVariables: () => [],
    marketingRefusal: null,
    linkRefusal: null,
    newId: () => {
      ids += 1;
      return `id ${ids}`;
    },
    now: () => new Date(),
  };
  return { deps, written };
}
