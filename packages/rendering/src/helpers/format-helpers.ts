import { LRUCache } from 'lru-cache';
import { asCount, asDecimal, asNumber, asText } from './as-text.ts';
import {
  checkCurrency,
  checkDecimals,
  checkLocale,
  checkOneOf,
  checkTimeZone,
  dateStyles,
  isZoneName,
  knownLocale,
} from './formats.ts';
import { type ParsedDate, parseDate } from './parse-date.ts';
import { type HelperOptions, type HelperSpec, valueHelper } from './spec.ts';

const maxFormatters = 200;

/** Making an Intl formatter costs some 50 plain lookups, and template data may ask for a new one each time. */
const intlWeight = 60;

const checkDateStyle = checkOneOf([...dateStyles, 'iso']);
const checkTimeStyle = checkOneOf(dateStyles);
const numberLiterals = { decimals: checkDecimals, locale: checkLocale };

/** How dates are written, and whether in UTC in place of a zone that there is none of. */
type DateFormatter = { readonly formatter: Intl.DateTimeFormat; readonly isLost: boolean };

type Cached = <Made extends DateFormatter | Intl.NumberFormat>(
  cache: LRUCache<string, Made>,
  key: unknown,
  make: () => Made,
) => Made;

const cached: Cached = (cache, key, make) => {
  const name = JSON.stringify(key);
  const known = cache.get(name);
  if (known !== undefined) return known;
  const made = make();
  cache.set(name, made);
  return made;
};

/**
 * Dates, numbers and amounts of money; `en-US` and UTC where nothing else is asked for. Of what the data says wrong no amount
 * loses its currency, and no time is taken for one of another zone; literals are checked when the template is saved. Nothing
 * depends on the machine's zone or language.
 */
export function createFormatHelpers(): Readonly<Record<string, HelperSpec>> {
  const dates = new LRUCache<string, DateFormatter>({ max: maxFormatters });
  const numbers = new LRUCache<string, Intl.NumberFormat>({ max: maxFormatters });
  return {
    formatDate: valueHelper({
      minArguments: 1,
      maxArguments: 2,
      options: ['format', 'time', 'timeZone', 'locale'],
      literals: {
        arguments: [null, checkDateStyle],
        options: {
          format: checkDateStyle,
          time: checkTimeStyle,
          timeZone: checkTimeZone,
          locale: checkLocale,
        },
      },
      weight: intlWeight,
      description:
        'An ISO 8601 date as text, or milliseconds as a number, as full, long (default), medium, short or iso; time= adds ' +
        'the time of day in one of the first four. What is no date stays as it is: ' +
        '{{formatDate due "medium" time="short" timeZone="Europe/Paris" locale="fr"}}',
      run: ([value, style], options) => formatDate(value, { format: style, ...options }, dates),
    }),
    formatNumber: valueHelper({
      minArguments: 1,
      maxArguments: 1,
      options: ['decimals', 'locale'],
      literals: { options: numberLiterals },
      weight: intlWeight,
      description: 'A number with its separators: {{formatNumber total decimals=2 locale="de"}}',
      run: ([value], options) => formatNumber(value, decimalsOf(options), { options, numbers }),
    }),
    formatCurrency: valueHelper({
      minArguments: 2,
      maxArguments: 2,
      options: ['decimals', 'locale'],
      literals: { arguments: [null, checkCurrency], options: numberLiterals },
      weight: intlWeight,
      description: 'An amount in an ISO 4217 currency: {{formatCurrency total "EUR" locale="de"}}',
      run: ([value, currency], options) => formatCurrency(value, currency, { options, numbers }),
    }),
  };
}

/** Text that is no date comes back as it is. What has no offset is the same day and time in every zone. */
function formatDate(value: unknown, options: HelperOptions, cache: LRUCache<string, DateFormatter>): string {
  const date = parseDate(value);
  if (date === null) return asText(value);
  if (asText(options.format).toLowerCase() === 'iso') return isoOf(date);
  const [locale, zone] = [nameOf(options.locale), date.kind === 'instant' ? nameOf(options.timeZone) : ''];
  const format = formatOf(date, options);
  const { formatter, isLost } = cached(cache, [locale, zone, format], () => {
    const make = (timeZone: string) => new Intl.DateTimeFormat(knownLocale(locale), { ...format, timeZone });
    try {
      if (isZoneName(zone)) return { formatter: make(zone), isLost: false };
    } catch {}
    return { formatter: make('UTC'), isLost: zone !== '' && namesNoZone(format) };
  });
  const text = formatter.format(date.atMs);
  // Whoever reads it would take the time for one of the zone that was meant.
  return isLost ? `${text} UTC` : text;
}

/** Whether a format shows a time of day without its zone. */
const namesNoZone = ({ timeStyle }: Intl.DateTimeFormatOptions) =>
  timeStyle === 'medium' || timeStyle === 'short';

function isoOf({ kind, atMs }: ParsedDate): string {
  const iso = new Date(atMs).toISOString();
  const lengths = { instant: iso.length, local: iso.length - 1, day: 10, month: 7, year: 4 };
  return iso.slice(0, lengths[kind]);
}

/** A month or a year is one of the calendar that it was written in, and a time without an offset names no zone. */
function formatOf({ kind }: ParsedDate, options: HelperOptions): Intl.DateTimeFormatOptions {
  const dateStyle = styleOf(options.format) ?? 'long';
  const timeStyle = styleOf(options.time);
  const months = { full: 'long', long: 'long', medium: 'short', short: 'numeric' } as const;
  switch (kind) {
    case 'year':
      return { calendar: 'gregory', year: 'numeric' };
    case 'month':
      return { calendar: 'gregory', year: 'numeric', month: months[dateStyle] };
    case 'day':
      return { dateStyle };
    case 'local':
    case 'instant': {
      if (timeStyle === undefined) return { dateStyle };
      const namesZone = timeStyle === 'full' || timeStyle === 'long';
      return { dateStyle, timeStyle: kind === 'local' && namesZone ? 'medium' : timeStyle };
    }
  }
}

/**
 * A sign or a name of a currency, which Intl does not take, stands behind its amount: without it that would be one of any. What
 * is neither, as the number of a currency is, would be read as a part of the amount.
 */
function formatCurrency(value: unknown, currency: unknown, settings: NumberSettings): string {
  const decimals = decimalsOf(settings.options);
  const code = nameOf(currency).trim();
  if (/^[a-z]{3}$/i.test(code)) {
    return formatNumber(value, { style: 'currency', currency: code, ...decimals }, settings);
  }
  const text = formatNumber(value, decimals, settings);
  const isNamed = typeof currency === 'string' && /[\p{L}\p{Sc}]/u.test(code);
  return isNamed && asDecimal(value) !== null ? `${text} ${code}` : text;
}

type NumberSettings = {
  readonly options: HelperOptions;
  readonly numbers: LRUCache<string, Intl.NumberFormat>;
};

/** Text that is no number comes back as it is. */
function formatNumber(
  value: unknown,
  format: Intl.NumberFormatOptions,
  { options, numbers }: NumberSettings,
): string {
  const number = asDecimal(value);
  if (number === null) return asText(value);
  const locale = nameOf(options.locale);
  // Without a sign for what is rounded to nothing.
  return cached(
    numbers,
    [locale, format],
    () => new Intl.NumberFormat(knownLocale(locale), { signDisplay: 'negative', ...format }),
  ).format(number);
}

function decimalsOf(options: HelperOptions): Intl.NumberFormatOptions {
  if (asNumber(options.decimals) === null) return {};
  const decimals = asCount(options.decimals, { min: 0, max: 20, fallback: 0 });
  return { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

function styleOf(style: unknown): (typeof dateStyles)[number] | undefined {
  const word = asText(style).toLowerCase();
  return dateStyles.find((known) => known === word);
}

/** The name of a locale, zone or currency; none is this long, and it becomes part of a cache key. */
function nameOf(value: unknown): string {
  return asText(value).slice(0, 100);
}
