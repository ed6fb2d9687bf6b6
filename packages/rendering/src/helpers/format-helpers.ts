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

type Formatter = Intl.DateTimeFormat | Intl.NumberFormat;
type Cached = <Made extends Formatter>(cache: LRUCache<string, Made>, key: unknown, make: () => Made) => Made;

const cached: Cached = (cache, key, make) => {
  const name = JSON.stringify(key);
  const known = cache.get(name);
  if (known !== undefined) return known;
  const made = make();
  cache.set(name, made);
  return made;
};

/**
 * Dates, numbers and amounts of money; `en-US` and UTC where nothing else is asked for. What the data says wrong is taken
 * for nothing said; literals are checked when the template is saved. Nothing depends on the machine's zone or language.
 */
export function createFormatHelpers(): Readonly<Record<string, HelperSpec>> {
  const dates = new LRUCache<string, Intl.DateTimeFormat>({ max: maxFormatters });
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
      run: ([value], options) => formatNumber(value, [decimalsOf(options)], { options, numbers }),
    }),
    formatCurrency: valueHelper({
      minArguments: 2,
      maxArguments: 2,
      options: ['decimals', 'locale'],
      literals: { arguments: [null, checkCurrency], options: numberLiterals },
      weight: intlWeight,
      description: 'An amount in an ISO 4217 currency: {{formatCurrency total "EUR" locale="de"}}',
      run: ([value, currency], options) => {
        const decimals = decimalsOf(options);
        const format = { style: 'currency', currency: nameOf(currency), ...decimals } as const;
        return formatNumber(value, [format, decimals], { options, numbers });
      },
    }),
  };
}

/** Text that is no date comes back as it is. What has no offset is the same day and time in every zone. */
function formatDate(
  value: unknown,
  options: HelperOptions,
  cache: LRUCache<string, Intl.DateTimeFormat>,
): string {
  const date = parseDate(value);
  if (date === null) return asText(value);
  if (options.format === 'iso') return isoOf(date);
  const [locale, zone] = [nameOf(options.locale), date.kind === 'instant' ? nameOf(options.timeZone) : ''];
  const format = formatOf(date, options);
  return cached(cache, [locale, zone, format], () => {
    for (const timeZone of isZoneName(zone) ? [zone, 'UTC'] : ['UTC']) {
      try {
        return new Intl.DateTimeFormat(knownLocale(locale), { ...format, timeZone });
      } catch {}
    }
    return new Intl.DateTimeFormat('en-US', { timeZone: 'UTC' });
  }).format(date.atMs);
}

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

/** Formats by the first of `formats` that Intl takes: it throws a RangeError for a currency that is none. */
function formatNumber(
  value: unknown,
  formats: readonly Intl.NumberFormatOptions[],
  {
    options,
    numbers,
  }: { readonly options: HelperOptions; readonly numbers: LRUCache<string, Intl.NumberFormat> },
): string {
  const number = asDecimal(value);
  if (number === null) return asText(value);
  const locale = nameOf(options.locale);
  return cached(numbers, [locale, formats], () => {
    for (const format of formats) {
      try {
        // Without a sign for what is rounded to nothing.
        return new Intl.NumberFormat(knownLocale(locale), { signDisplay: 'negative', ...format });
      } catch {}
    }
    return new Intl.NumberFormat('en-US');
  }).format(number);
}

function decimalsOf(options: HelperOptions): Intl.NumberFormatOptions {
  if (asNumber(options.decimals) === null) return {};
  const decimals = asCount(options.decimals, { min: 0, max: 20, fallback: 0 });
  return { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

function styleOf(style: unknown): (typeof dateStyles)[number] | undefined {
  return dateStyles.find((known) => known === style);
}

/** The name of a locale, zone or currency; none is this long, and it becomes part of a cache key. */
function nameOf(value: unknown): string {
  return asText(value).slice(0, 100);
}
