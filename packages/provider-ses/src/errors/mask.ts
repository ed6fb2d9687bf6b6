const MAX_READ_CHARACTERS = 2_000;
const MAX_MESSAGE_CHARACTERS = 500;

const ADDRESS = /(?:"[^"]*"|[^\s<>"(),:;[\]]+)(?:@|%40)[^\s<>"'(),;]+/gi;
/** SES says "Missing final '@domain'". */
const SAYS_WHAT_IS_MISSING = /^'@domain/;
const KEY_ID = /\b(?:A3T|AKIA|ASIA|AIDA|AROA|AGPA|ANPA)[A-Z0-9]{8,}/g;
const POSTROOM_KEY = /\bsk_(?:live|test)_[A-Za-z0-9_-]+/g;
/** Secret keys have 40 characters, signatures 64, session tokens hundreds. */
const LONG_SECRET = /[A-Za-z0-9+/=_]{40,}/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
const CONTROL_OR_SPACE = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/g;

/**
 * Somebody else's words made fit to be stored and shown: no address, no key, no control character,
 * no half of a surrogate pair, at most 500 characters.
 */
export function maskPrivate(text: string): string {
  return maskAddresses(text)
    .replace(POSTROOM_KEY, '<key>')
    .replace(KEY_ID, '<key>')
    .replace(LONG_SECRET, '<secret>')
    .slice(0, MAX_MESSAGE_CHARACTERS)
    .toWellFormed();
}

/** The same without the masks for keys, which would eat the paths of links; at most 2,000 characters in. */
export function maskAddresses(text: string): string {
  return bound(text).replace(ADDRESS, (found) => (SAYS_WHAT_IS_MISSING.test(found) ? found : '<address>'));
}

/** Cuts at a space, so that no half of an address or a key escapes its pattern. */
function bound(text: string): string {
  const flat = text.slice(0, MAX_READ_CHARACTERS).replace(CONTROL_OR_SPACE, ' ').trim();
  return text.length <= MAX_READ_CHARACTERS ? flat : flat.replace(/\S*$/, '').trim();
}
