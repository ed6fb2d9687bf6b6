/**
 * A date as ISO 8601 writes it, and how much of it was written. `atMs` is the moment by UTC of an `instant`; of the
 * others it is the beginning of what was written, as if by UTC, which is where they are to be formatted.
 */
export type ParsedDate = {
  readonly kind: 'instant' | 'local' | 'day' | 'month' | 'year';
  readonly atMs: number;
};

/** The extended format: year, month, day, and a time of day with an offset or without. */
const iso8601Pattern =
  /^(?<year>\d{4})(?:-(?<month>\d\d)(?:-(?<day>\d\d)(?:T(?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?(?<offset>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?$/;

/** Milliseconds either side of 1970 that a date can be (ECMA-262, section 21.4.1.1). */
const maxTimeMs = 8.64e15;

const msPerMinute = 60_000;
const msPerDay = 86_400_000;

/** Reads milliseconds since 1970, or text that is a date by ISO 8601 to the letter; null for whatever else it is. */
export function parseDate(value: unknown): ParsedDate | null {
  if (typeof value === 'number') {
    return Number.isFinite(value) && Math.abs(value) <= maxTimeMs ? { kind: 'instant', atMs: value } : null;
  }
  if (typeof value !== 'string') return null;
  const written = iso8601Pattern.exec(value)?.groups;
  if (written === undefined) return null;
  const dayMs = dayOf(written);
  if (dayMs === null) return null;
  if (written.hour === undefined) {
    const kind = written.day !== undefined ? 'day' : written.month !== undefined ? 'month' : 'year';
    return { kind, atMs: dayMs };
  }
  const timeMs = timeOf(written);
  const offsetMs = offsetOf(written.offset ?? 'Z');
  if (timeMs === null || offsetMs === null) return null;
  return { kind: written.offset === undefined ? 'local' : 'instant', atMs: dayMs + timeMs - offsetMs };
}

type Written = Partial<Record<string, string>>;

/** `Date` rolls February 30 over into March, and takes the years up to 99 for those of the last century. */
function dayOf({ year, month = '01', day = '01' }: Written): number | null {
  const text = `${year}-${month}-${day}`;
  const atMs = Date.parse(`${text}T00:00:00.000Z`);
  if (year === '0000' || !Number.isFinite(atMs)) return null;
  return new Date(atMs).toISOString().startsWith(text) ? atMs : null;
}

function timeOf({ hour, minute, second = '00', fraction = '' }: Written): number | null {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const timeMs = hours * 60 * msPerMinute + minutes * msPerMinute + seconds * 1_000 + ms;
  // 24:00 is the end of the day; a leap second is no moment that a clock here can tell.
  return hours > 24 || minutes > 59 || seconds > 59 || timeMs > msPerDay ? null : timeMs;
}

function offsetOf(offset: string): number | null {
  if (offset === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '') || '0')];
  if (hours > 23 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * msPerMinute;
}
