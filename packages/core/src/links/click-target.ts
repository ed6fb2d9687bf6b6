/** Where a click leads, and which link of its mail it is. */
export type ClickTarget = { readonly link: number; readonly url: string };

const linkBytes = 2;

/** What the token of a click says beside its send and its key. `link` is below 65,536. */
export function clickPayload(keyId: Uint8Array, { link, url }: ClickTarget): Uint8Array {
  const payload = Buffer.allocUnsafe(keyId.length + linkBytes + Buffer.byteLength(url));
  payload.set(keyId);
  payload.writeUInt16BE(link, keyId.length);
  payload.write(url, keyId.length + linkBytes);
  return payload;
}

/** Reads what stands behind the key; null for what no click's token says. */
export function readClickTarget(behindKey: Uint8Array): ClickTarget | null {
  if (behindKey.length <= linkBytes) return null;
  const bytes = Buffer.from(behindKey.buffer, behindKey.byteOffset, behindKey.length);
  return { link: bytes.readUInt16BE(0), url: bytes.toString('utf8', linkBytes) };
}
