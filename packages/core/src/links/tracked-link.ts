import { type ClickTarget, readClickTarget } from './click-target.ts';
import { keyIdBytes, type LinkKeys } from './link-key.ts';
import { isSignedBy, type LinkKind, type LinkToken, readLinkToken } from './link-token.ts';

type Deps = { readonly keys: Pick<LinkKeys, 'find'> };

/** Whose link it is: the send that its token names, and the workspace whose key has signed it. */
export type SignedFor = { readonly sendId: string; readonly workspaceId: string };

async function genuine(
  { keys }: Deps,
  kind: LinkKind,
  text: string,
): Promise<(LinkToken & Pick<SignedFor, 'workspaceId'>) | null> {
  const token = readLinkToken(text);
  if (token === null || token.payload.length < keyIdBytes) return null;
  const key = await keys.find(token.payload.subarray(0, keyIdBytes));
  return key !== null && isSignedBy(kind, key.secret, token)
    ? { ...token, workspaceId: key.workspaceId }
    : null;
}

/** Where the token of a click leads, and whose it is. Null alike for what is malformed, forged, altered or out of date. */
export async function readClickLink(deps: Deps, text: string): Promise<(ClickTarget & SignedFor) | null> {
  const token = await genuine(deps, 'click', text);
  const target = token === null ? null : readClickTarget(token.payload.subarray(keyIdBytes));
  if (token === null || target === null) return null;
  return { sendId: token.sendId, workspaceId: token.workspaceId, ...target };
}

/** Which send's pixel a token is; null as for `readClickLink`. */
export async function readOpenLink(deps: Deps, text: string): Promise<SignedFor | null> {
  const token = await genuine(deps, 'open', text);
  if (token === null || token.payload.length > keyIdBytes) return null;
  return { sendId: token.sendId, workspaceId: token.workspaceId };
}
