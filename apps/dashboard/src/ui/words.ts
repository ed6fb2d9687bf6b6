const numbers = new Intl.NumberFormat('en-US');
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const times = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** A number as people read it. */
export const counted = (count: number): string => numbers.format(count);

/** A number and what is counted. */
export const countOf = (count: number, one: string, many = `${one}s`): string =>
  `${counted(count)} ${count === 1 ? one : many}`;

/** A span in the unit that says most, such as `90 s`, `12 min` or `5 h`. */
export function spanOf(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** How long ago a moment was, or how far off it is. */
export function agoOf(moment: string): string {
  const seconds = (Date.now() - Date.parse(moment)) / 1_000;
  if (Math.abs(seconds) < 5) return 'just now';
  return seconds < 0 ? `in ${spanOf(-seconds)}` : `${spanOf(seconds)} ago`;
}

/** How old a count was at a moment, where it was too old to be of that moment. */
export function ageOf(at: string, countedAt: string | null): string {
  const seconds = countedAt === null ? 0 : (Date.parse(at) - Date.parse(countedAt)) / 1_000;
  return seconds < 5 ? '' : `, counted ${spanOf(seconds)} ago`;
}

/** A moment in full. */
export const momentOf = (moment: string): string => moments.format(new Date(moment));

/** The time of day of a minute that is counted from 1970. */
export const minuteOf = (minute: number): string => times.format(new Date(minute * 60_000));

/** A size in the unit that says most. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  return bytes < 1_048_576 ? `${Math.round(bytes / 1_024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** A part of one as a percentage. */
export const percentOf = (part: number): string => `${(part * 100).toFixed(part < 0.01 ? 2 : 1)} %`;

/** An address with its name, if it has one. */
export const mailboxOf = ({
  email,
  name,
}: {
  readonly email: string;
  readonly name: string | null;
}): string => (name === null ? email : `${name} <${email}>`);
