import type { Gate } from '../gate.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';

/** What requests ask of the database that accept sends. */
export type Stores = Pick<AcceptBatchDeps, 'contents' | 'directory' | 'sends'>;

/** The same stores, of whose statements no more run at once than the gate lets. */
export const gateStatements = ({ contents, directory, sends }: Stores, gate: Gate): Stores => ({
  sends: {
    findByKeys: (owner, keys) => gate(() => sends.findByKeys(owner, keys)),
    insertMany: (batches) => gate(() => sends.insertMany(batches)),
    sweepSoon: (ids) => gate(() => sends.sweepSoon(ids)),
  },
  contents: {
    ensureLiterals: (workspaceId, bodies) => gate(() => contents.ensureLiterals(workspaceId, bodies)),
    ensureAttachments: (workspaceId, attachments) =>
      gate(() => contents.ensureAttachments(workspaceId, attachments)),
  },
  directory: {
    lookUp: (owner, wanted) => gate(() => directory.lookUp(owner, wanted)),
    ensureProfiles: (owner, profiles) => gate(() => directory.ensureProfiles(owner, profiles)),
    ensureMarketingGroup: (workspaceId) => gate(() => directory.ensureMarketingGroup(workspaceId)),
    findMarketingGroup: (workspaceId) => gate(() => directory.findMarketingGroup(workspaceId)),
    findSuppressed: (workspaceId, emailKeys) => gate(() => directory.findSuppressed(workspaceId, emailKeys)),
  },
});
