import type { LiteralCheck } from './spec.ts';

/** How much of a date is spelled out. */
export const dateStyles = ['full', 'long', 'medium', 'short'] as const;

const maxDecimals = 20;

/** Codes of ISO 4217 that Intl does not list: funds, metals, and those for no currency. */
const moreCurrencies =
  'BOV CHE CHW CLF COU MXV USN UYI UYW VED XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX';

/**
 * The locale by this name, as POSIX writes it or not, or `en-US` if there is none: what Intl does not know, it takes from the
 * machine's settings.
 */
export function knownLocale(name: string): string {
  const dashed = name.replaceAll('_', '-');
  return isLocale(dashed) ? dashed : 'en-US';
}

function isLocale(name: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(name).length > 0;
  } catch {
    return false;
  }
}

/** Whether a name may be a time zone's, which Intl then tells. Offsets are none: not every Node knows them. */
export const isZoneName = (name: string): boolean => /^[A-Za-z]/.test(name);

function isTimeZone(name: string): boolean {
  try {
    return isZoneName(name) && new Intl.DateTimeFormat('en-US', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** Whether ISO 4217 has a currency by this code. */
function isCurrency(code: string): boolean {
  const upper = code.toUpperCase();
  return Intl.supportedValuesOf('currency').includes(upper) || moreCurrencies.split(' ').includes(upper);
}

const quote = (value: unknown) => {
  const text = String(value);
  return `\`${text.length > 40 ? `${text.slice(0, 40)}...` : text}\``;
};

/** A literal must be the name of a locale. */
export const checkLocale: LiteralCheck = (value) => {
  if (typeof value === 'string' && value.length <= 100 && isLocale(value)) return null;
  const dashed = String(value).replaceAll('_', '-');
  const hint = isLocale(dashed) ? `; did you mean \`${dashed}\`?` : '';
  return `${quote(value)} is no locale such as \`de\` or \`pt-BR\`${hint}`;
};

/** A literal must be the name of a time zone. */
export const checkTimeZone: LiteralCheck = (value) =>
  typeof value === 'string' && isTimeZone(value)
    ? null
    : `${quote(value)} is no time zone such as \`Europe/Paris\``;

/** A literal must be the code of a currency. */
export const checkCurrency: LiteralCheck = (value) =>
  typeof value === 'string' && isCurrency(value)
    ? null
    : `${quote(value)} is no currency of ISO 4217 such as \`EUR\``;

/** A literal must be one of these words. */
export const checkOneOf =
  (words: readonly string[]): LiteralCheck =>
  (value) =>
    words.some((word) => word === value) ? null : `${quote(value)} is none of ${words.join(', ')}`;

/** A literal must be a whole number from 0 up to `max`. */
export const checkCount =
  (max: number): LiteralCheck =>
  (value) => {
    const isCount = /^\d+$/.test(String(value)) && Number(value) <= max;
    return isCount ? null : `${quote(value)} is no whole number from 0 to ${max}`;
  };

/** A literal must be a number of decimals. */
export const checkDecimals: LiteralCheck = checkCount(maxDecimals);
