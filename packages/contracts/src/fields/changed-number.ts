const parts = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Whatever is longer, in characters, has digits that no double keeps. */
const maxLiteral = 1_000;

/** Digits without zeros at either end, and the power of ten of the last one. */
type Decimal = { readonly digits: string; readonly power: number };

function decimalOf(literal: string): Decimal {
  const [, whole = '', fraction = '', exponent = '0'] = parts.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  return {
    digits: significant,
    power: Number(exponent) - fraction.length + (digits.length - significant.length),
  };
}

const isSame = (one: Decimal, other: Decimal) =>
  one.digits === other.digits && (one.digits === '' || one.power === other.power);

/** A double has at most so many decimal digits of its own. */
const maxDigits = 17;

/** A fraction that is printed with an exponent: from here on JavaScript writes one. */
const tinyFraction = /^-?0\.0{6}0*[1-9]/;

/**
 * Whether a number of JSON would come out of this process as another one: it is read as a double (RFC 8259 section 6), and
 * written as the shortest decimal that reads as the same. `1.10` stays what it is, and so does a fraction of 17 digits that
 * some languages write for 0.1; 9007199254740993, 1e400, 1e-400 and a pi of 21 digits do not. Nor does what was written
 * without an exponent and would be printed with one, such as an id of 22 digits.
 */
export function isChangedNumber(literal: string): boolean {
  const hasExponent = /[eE]/.test(literal);
  // 15 digits always fit; most literals are shorter.
  if (literal.length <= 15 && !hasExponent) return tinyFraction.test(literal);
  if (literal.length > maxLiteral) return true;
  const value = Number(literal);
  if (!Number.isFinite(value)) return true;
  const given = decimalOf(literal);
  if (value === 0) return given.digits !== '';
  const printed = String(value);
  if (!hasExponent && printed.includes('e')) return true;
  if (isSame(given, decimalOf(printed))) return false;
  const isFraction = given.power < 0 && given.digits.length <= maxDigits;
  return !isFraction || !isSame(given, decimalOf(value.toPrecision(given.digits.length)));
}
