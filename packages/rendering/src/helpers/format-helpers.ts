import { LRUCache } from 'lru-cache';
import { asCount, asNumber, asText } from './as-text.ts';
import { type HelperOptions, type HelperSpec, valueHelper } from './spec.ts';

const STYLES = ['full', 'long', 'medium', 'short'] as const;
const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;
const MAX_FORMATTERS = 200;

/** Making an Intl formatter costs some 50 plain lookups, and template data may ask for a new one each time. */
const INTL_WEIGHT = 60;

type Formatter = { format(value: number): string };

/** Dates, numbers and amounts of money; `en-US` and UTC where nothing else is asked for. */
export function createFormatHelpers(): Readonly<Record<string, HelperSpec>> {
  const formatters = new LRUCache<string, Formatter>({ max: MAX_FORMATTERS });
  const cached = (key: readonly unknown[], make: () => Formatter): Formatter => {
    const name = JSON.stringify(key);
    const known = formatters.get(name);
    if (known !== undefined) return known;
    const made = make();
    formatters.set(name, made);
    return made;
  };
  return {
    formatDate: valueHelper({
      minArguments: 1,
      maxArguments: 2,
      options: ['format', 'time', 'timeZone', 'locale'],
      weight: INTL_WEIGHT,
      description:
        'An ISO 8601 date, or milliseconds, as full, long (default), medium, short or iso; time= adds the time of ' +
        'day in one of the first four: {{formatDate due "medium" time="short" timeZone="Europe/Paris" locale="fr"}}',
      run: ([value, style], options) => formatDate(value, { format: style, ...options }, cached),
    }),
    formatNumber: valueHelper({
      minArguments: 1,
      maxArguments: 1,
      options: ['decimals', 'locale'],
      weight: INTL_WEIGHT,
      description: 'A number with its separators: {{formatNumber total decimals=2 locale="de"}}',
      run: ([value], options) => formatNumber(value, decimalsOf(options), options, cached),
    }),
    formatCurrency: valueHelper({
      minArguments: 2,
      maxArguments: 2,
      options: ['decimals', 'locale'],
      weight: INTL_WEIGHT,
      description: 'An amount in an ISO 4217 currency: {{formatCurrency total "EUR" locale="de"}}',
      run: ([value, currency], options) => {
        const format = { style: 'currency', currency: nameOf(currency), ...decimalsOf(options) } as const;
        return formatNumber(value, format, options, cached);
      },
    }),
  };
}

type Cached = (key: readonly unknown[], make: () => Formatter) => Formatter;

/** Text that is no date comes back as it is. A date without a time of day is the same day in every zone. */
function formatDate(value: unknown, options: HelperOptions, cached: Cached): string {
  const text = asText(value);
  const time = typeof value === 'number' ? value : text === '' ? Number.NaN : Date.parse(text);
  if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) return text;
  const isDay = DATE_ONLY.test(text);
  if (options.format === 'iso') return new Date(time).toISOString().slice(0, isDay ? 10 : undefined);
  const timeZone = isDay ? 'UTC' : nameOf(options.timeZone) || 'UTC';
  const format: Intl.DateTimeFormatOptions = { dateStyle: styleOf(options.format) ?? 'long' };
  const timeStyle = isDay ? undefined : styleOf(options.time);
  if (timeStyle !== undefined) format.timeStyle = timeStyle;
  return cached(['date', localeOf(options), timeZone, format], () =>
    firstValid([
      () => new Intl.DateTimeFormat(localeOf(options), { ...format, timeZone }),
      () => new Intl.DateTimeFormat('en-US', { ...format, timeZone }),
      () => new Intl.DateTimeFormat('en-US', { ...format, timeZone: 'UTC' }),
    ]),
  ).format(time);
}

function formatNumber(
  value: unknown,
  format: Intl.NumberFormatOptions,
  options: HelperOptions,
  cached: Cached,
): string {
  const number = asNumber(value);
  if (number === null) return asText(value);
  return cached(['number', localeOf(options), format], () =>
    firstValid([
      () => new Intl.NumberFormat(localeOf(options), format),
      () => new Intl.NumberFormat('en-US', format),
      () => new Intl.NumberFormat('en-US'),
    ]),
  ).format(number);
}

function decimalsOf(options: HelperOptions): Intl.NumberFormatOptions {
  if (asNumber(options.decimals) === null) return {};
  const decimals = asCount(options.decimals, { min: 0, max: 20, fallback: 0 });
  return { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
}

function styleOf(style: unknown): (typeof STYLES)[number] | undefined {
  return STYLES.find((known) => known === style);
}

function localeOf(options: HelperOptions): string {
  return nameOf(options.locale) || 'en-US';
}

/** The name of a locale, zone or currency; none is this long, and it becomes part of a cache key. */
function nameOf(value: unknown): string {
  return asText(value).slice(0, 100);
}

/** Intl throws a RangeError for a locale, zone or currency that it does not know. */
function firstValid(makers: readonly (() => Formatter)[]): Formatter {
  for (const make of makers) {
    try {
      return make();
    } catch {}
  }
  return { format: String };
}
