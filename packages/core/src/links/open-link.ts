import { isSignedBy, type LinkKind, readLinkToken } from './link-token.ts';

/** What a link is about, and what it may be signed with: the secret of the workspace, and those that it had before. */
export type SignedSend<Send> = { readonly send: Send; readonly linkSecrets: readonly Uint8Array[] };

/**
 * The send that a token of this kind stands for. Null alike for what is malformed, forged, of a payload that `find` does not
 * know, or of a send that is not there.
 */
export async function openLink<Send>(
  kind: LinkKind,
  text: string,
  find: (sendId: string, payload: Uint8Array) => Promise<SignedSend<Send> | null> | null,
): Promise<Send | null> {
  const token = readLinkToken(text);
  if (token === null) return null;
  const found = await find(token.sendId, token.payload);
  const isGenuine = found?.linkSecrets.some((secret) => isSignedBy(kind, secret, token)) ?? false;
  return isGenuine ? (found?.send ?? null) : null;
}
