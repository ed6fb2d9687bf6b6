const maxReadCharacters = 2_000;
const maxMessageCharacters = 500;

/** An address, or else what might have begun one, as a whole: begun anew at each of its characters, it would take the square of its length. */
const addressPattern = /((?:"[^"]*"|[^\s<>"(),:;[\]]+)(?:@|%40)[^\s<>"'(),;]+)|[^\s<>"(),:;[\]]+/gi;
/** SES says "Missing final '@domain'". */
const saysWhatIsMissing = /^'@domain/;
const keyIdPattern = /\b(?:A3T|AKIA|ASIA|AIDA|AROA|AGPA|ANPA)[A-Z0-9]{8,}/g;
const postroomKeyPattern = /\bsk_(?:live|test)_[A-Za-z0-9_-]+/g;
/** Secret keys have 40 characters, signatures 64, session tokens hundreds. */
const longSecretPattern = /[A-Za-z0-9+/=_]{40,}/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
const controlOrSpace = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g;

/**
 * Somebody else's words made fit to be stored and shown: no address, no key, no control character,
 * no half of a surrogate pair, at most 500 characters.
 */
export function maskPrivate(text: string): string {
  return maskAddresses(text)
    .replace(postroomKeyPattern, '<key>')
    .replace(keyIdPattern, '<key>')
    .replace(longSecretPattern, '<secret>')
    .slice(0, maxMessageCharacters)
    .toWellFormed();
}

/** The same without the masks for keys, which would eat the paths of links; at most 2,000 characters in. */
export function maskAddresses(text: string): string {
  return bound(text).replace(addressPattern, (found, address?: string) =>
    address === undefined || saysWhatIsMissing.test(address) ? found : '<address>',
  );
}

/** Cuts at a space, so that no half of an address or a key escapes its pattern. */
function bound(text: string): string {
  const flat = text.slice(0, maxReadCharacters).replace(controlOrSpace, ' ').trim();
  return text.length <= maxReadCharacters ? flat : flat.replace(/(?<!\S)\S*$/, '').trim();
}
