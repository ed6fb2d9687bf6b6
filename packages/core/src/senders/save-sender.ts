import { type CreateSenderProfile, maxSenderProfiles, type UpdateSenderProfile } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { found, notFound } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import type { ModeOwner, SendOwner, SendRef } from '../send/send.ts';
import { heldElsewhere, sesUnavailable, tooMany } from './refusals.ts';
import type {
  Proven,
  SenderChange,
  SenderCreation,
  SenderProof,
  SenderRefusal,
  StoredSenderProfile,
} from './sender.ts';
import type { SenderVerification } from './verification.ts';

export type SaveSenderDeps = {
  readonly senderProfiles: {
    /** Why one with this configuration set could not be made now; null: it could. */
    refusalOf(owner: ModeOwner, configurationSet: string | null | undefined): Promise<SenderRefusal | null>;
    create(owner: ModeOwner, sender: CreateSenderProfile & Pick<Proven, 'proof'>): Promise<SenderCreation>;
    find(ref: ResourceRef): Promise<StoredSenderProfile | null>;
    /** False: a test key made the profile, and there is no room for one more of live keys. */
    mayBeLive(ref: ResourceRef): Promise<boolean>;
    update(ref: ResourceRef, change: UpdateSenderProfile & Proven): Promise<SenderChange>;
    /** Null also when the profile has another address, or goes through another account, by now. */
    recordProof(
      ref: ResourceRef,
      proven: Proven & { readonly email: string },
    ): Promise<StoredSenderProfile | null>;
  };
  readonly verification: Pick<SenderVerification, 'proofOf' | 'unaskedProof'>;
};

const what = 'sender profile';

const setHeld = () =>
  new PostroomError(
    'state_conflict',
    'The configurationSet is used by another workspace: name one of your own, or leave it out.',
  );

const moved = () =>
  new PostroomError(
    'state_conflict',
    'The sender profile was changed, or went to another account, while SES was asked about it: try again.',
  );

const full = () => tooMany('sender profiles', maxSenderProfiles);

const refused = ({ kind }: SenderRefusal): PostroomError => (kind === 'full' ? full() : setHeld());

/** The pace of asking is the caller's to keep; anything else that went wrong is no proof. */
const withoutProof = (error: unknown): 'none' => {
  if (error instanceof PostroomError) throw error;
  return 'none';
};

/** A profile is saved whether or not SES can be asked; a refresh asks again. For a test key it is not asked. */
async function proofOf(
  { verification }: SaveSenderDeps,
  { workspaceId, isSimulated }: SendOwner,
  { email, accountId }: { readonly email: string | undefined; readonly accountId: string | null },
): Promise<SenderProof> {
  if (email === undefined) return 'none';
  if (isSimulated) return verification.unaskedProof;
  return verification.proofOf(email, workspaceId, accountId).catch(withoutProof);
}

/** Saves a new sender profile, verified or not. */
export async function createSender(
  deps: SaveSenderDeps,
  owner: SendOwner,
  input: CreateSenderProfile,
): Promise<StoredSenderProfile> {
  const { senderProfiles } = deps;
  const refusal = await senderProfiles.refusalOf(owner, input.configurationSet);
  if (refusal !== null) throw refused(refusal);
  const proof = await proofOf(deps, owner, { email: input.fromEmail, accountId: null });
  const creation = await senderProfiles.create(owner, { ...input, proof });
  if (creation.kind !== 'created') throw refused(creation);
  return creation.sender;
}

/** Changes a sender profile; a new address is verified anew. */
export async function updateSender(
  deps: SaveSenderDeps,
  ref: SendRef,
  change: UpdateSenderProfile,
): Promise<StoredSenderProfile> {
  const email = change.fromEmail;
  const sender = email === undefined ? null : await deps.senderProfiles.find(ref);
  const accountId = sender?.accountId ?? null;
  const proof = await proofOf(deps, ref, { email, accountId });
  const outcome = await deps.senderProfiles.update(ref, { ...change, proof, accountId });
  if (outcome.kind === 'set_held') throw setHeld();
  if (outcome.kind === 'moved') throw moved();
  if (outcome.kind === 'full') throw full();
  if (outcome.kind !== 'changed') throw notFound(what);
  return outcome.sender;
}

/** Asks SES again whether mail may come from a sender profile, and notes it. */
export async function refreshSender(
  { senderProfiles, verification }: SaveSenderDeps,
  ref: ResourceRef,
): Promise<StoredSenderProfile> {
  const { from, accountId } = found(await senderProfiles.find(ref), what);
  if (!(await senderProfiles.mayBeLive(ref))) throw full();
  const { email } = from;
  const proof = await verification.proofOf(email, ref.workspaceId, accountId).catch((cause: unknown) => {
    throw cause instanceof PostroomError ? cause : sesUnavailable(cause);
  });
  const sender = await senderProfiles.recordProof(ref, { email, proof, accountId });
  if (sender === null) {
    found(await senderProfiles.find(ref), what);
    throw moved();
  }
  if (proof !== 'none' && !sender.isVerified) throw heldElsewhere(email);
  return sender;
}
