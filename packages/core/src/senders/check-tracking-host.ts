import { hostChallenge, isHostProof } from '../links/host-proof.ts';
import { PostroomError } from '../postroom-error.ts';
import { found } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import type { StoredSenderProfile } from './sender.ts';

/** What came of asking a host: its words, or what was wrong, said for whoever set it up. */
export type HostAnswer =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'failed'; readonly problem: string };

/** What checking a tracking host stands on. */
export type CheckTrackingHostDeps = {
  readonly senderProfiles: {
    find(ref: ResourceRef): Promise<StoredSenderProfile | null>;
    /** Null also when the profile has another host by now. */
    recordTrackingHost(
      ref: ResourceRef,
      checked: { readonly host: string; readonly problem: string | null },
    ): Promise<StoredSenderProfile | null>;
  };
  readonly trackingHosts: {
    /** The secret that signs the links of a workspace. Never logged. */
    secretOf(workspaceId: string): Promise<Uint8Array>;
    /** Fetches a page of a host that a client named; never rejects for what the host does. */
    ask(url: string): Promise<HostAnswer>;
    newNonce(): Uint8Array;
  };
};

const what = 'sender profile';

const elsewhere = 'It answers, and it does not lead to this installation.';

/** Asks the tracking host of a sender profile to prove that it leads to us, and notes what came of it. */
export async function checkTrackingHost(
  { senderProfiles, trackingHosts }: CheckTrackingHostDeps,
  ref: ResourceRef,
): Promise<StoredSenderProfile> {
  const { trackingHost: host } = found(await senderProfiles.find(ref), what);
  if (host === null) throw new PostroomError('state_conflict', 'The sender profile has no trackingHost.');
  const secret = await trackingHosts.secretOf(ref.workspaceId);
  const challenge = hostChallenge(secret, trackingHosts.newNonce());
  const answer = await trackingHosts.ask(`${host}/t/h/${challenge}`);
  const problem = (() => {
    if (answer.kind === 'failed') return answer.problem;
    return isHostProof(secret, challenge, answer.text) ? null : elsewhere;
  })();
  return found(await senderProfiles.recordTrackingHost(ref, { host, problem }), what);
}
