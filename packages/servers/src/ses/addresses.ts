const angled = /^(?:(?<quoted>"(?:[^"\\]|\\.)*")|(?<atoms>[^"<>(),:;@[\]\\]*))\s*<(?<address>[^<>]*)>$/;

/** The bare address of `"Name" <a@b.c>` or `a@b.c`, or SES's words for what is wrong with it. */
export function parseAddress(
  text: string,
):
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'illegal'; readonly reason: string } {
  const address = angled.exec(text.trim())?.groups?.address ?? text.trim();
  const reason = problemOf(text, address);
  return reason === null ? { kind: 'address', address } : { kind: 'illegal', reason };
}

/** The bare address of a text that SES took, so that it has one. */
export function bareAddress(text: string): string {
  const parsed = parseAddress(text);
  return parsed.kind === 'address' ? parsed.address : text;
}

/** The addresses of a header field, with their names as they stand: commas in quotes do not part them. */
export function addressesOf(value: string): string[] {
  const list = value.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [];
  return list.map((text) => text.trim()).filter((text) => text !== '');
}

function problemOf(text: string, address: string): string | null {
  const at = address.lastIndexOf('@');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(text)) return 'Local address contains control or whitespace';
  if (at === -1) return "Missing final '@domain'";
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  if (local === '') return 'Missing local name';
  if (domain === '') return 'Missing domain';
  if (/[\s,]/.test(local) || /@/.test(local)) return 'Illegal address';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant.
  if (/[^\u0000-\u007f]/.test(local)) return 'Local address contains non-ASCII characters';
  if (!/^[A-Za-z0-9.-]+$/.test(domain)) return 'Domain contains illegal character';
  if (local.length > 64 || address.length > 254) return 'Address is too long';
  return null;
}
