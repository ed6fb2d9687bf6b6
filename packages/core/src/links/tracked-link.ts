import { type ClickTarget, readClickTarget } from './click-target.ts';
import { keyIdBytes, type LinkKeys } from './link-key.ts';
import { isSignedBy, type LinkKind, type LinkToken, readLinkToken } from './link-token.ts';

type Deps = { readonly keys: Pick<LinkKeys, 'find'> };

async function genuine({ keys }: Deps, kind: LinkKind, text: string): Promise<LinkToken | null> {
  const token = readLinkToken(text);
  if (token === null || token.payload.length < keyIdBytes) return null;
  const key = await keys.find(token.payload.subarray(0, keyIdBytes));
  return key !== null && isSignedBy(kind, key.secret, token) ? token : null;
}

/** Where the token of a click leads, and whose it is. Null alike for what is malformed, forged, altered or out of date. */
export async function readClickLink(
  deps: Deps,
  text: string,
): Promise<(ClickTarget & { readonly sendId: string }) | null> {
  const token = await genuine(deps, 'click', text);
  const target = token === null ? null : readClickTarget(token.payload.subarray(keyIdBytes));
  return token === null || target === null ? null : { sendId: token.sendId, ...target };
}

/** Which send's pixel a token is; null as for `readClickLink`. */
export async function readOpenLink(deps: Deps, text: string): Promise<{ readonly sendId: string } | null> {
  const token = await genuine(deps, 'open', text);
  return token === null || token.payload.length > keyIdBytes ? null : { sendId: token.sendId };
}
