import { formatPath, type ValidationIssue } from '../error.ts';
import { uuidSchema } from '../fields/fields.ts';
import { findJsonFlaws } from '../fields/json-flaws.ts';
import { decodeWords } from '../mime/decode-words.ts';
import { type MimeField, MimeProblem } from '../mime/mime-field.ts';

/** What a message says of itself in fields that begin with `X-Postroom-`, which are passed on to nobody. */
export type SmtpOptions = {
  readonly tags: readonly string[];
  readonly groupId: string | null;
  readonly type: string | null;
  readonly scheduledAt: string | null;
  readonly tracking: Readonly<Record<string, boolean>>;
  readonly templateId: string | null;
  readonly data: unknown;
};

const prefix = 'x-postroom-';

/** What the fields are called, and which field of an email or an item is theirs. */
export const smtpOptionNames = new Map([
  ['tags', 'X-Postroom-Tags'],
  ['subscriptionGroupId', 'X-Postroom-Group'],
  ['type', 'X-Postroom-Type'],
  ['scheduled_at', 'X-Postroom-Scheduled-At'],
  ['scheduledAt', 'X-Postroom-Scheduled-At'],
  ['tracking.clicks', 'X-Postroom-Track-Clicks'],
  ['tracking.opens', 'X-Postroom-Track-Opens'],
  ['tracking.text', 'X-Postroom-Track-Text'],
  ['tracking', 'X-Postroom-Track-Clicks'],
  ['templateId', 'X-Postroom-Template'],
  ['data', 'X-Postroom-Data'],
]);

const known = new Set([...smtpOptionNames.values()].map((name) => name.toLowerCase()));

/** What Postroom writes into its own mail: a client that passes such mail on says nothing by it. */
const written = `${prefix}send-id`;

function flagOf(name: string, value: string): boolean {
  if (/^(?:true|yes|on|1)$/i.test(value)) return true;
  if (/^(?:false|no|off|0)$/i.test(value)) return false;
  throw new MimeProblem(`${name} must be true or false`);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new MimeProblem('X-Postroom-Data must be a JSON object');
  }
}

function dataOf(value: string): unknown {
  const data = parsed(value);
  const [flaw] = findJsonFlaws(value);
  if (flaw === undefined) return data;
  throw new MimeProblem(`${formatPath(['X-Postroom-Data', ...flaw.path])} ${flaw.message}`);
}

/** Reads those fields of a header, whose values may be in encoded words; one that is not known, or is there twice, is refused by name. Throws `MimeProblem`. */
export function readSmtpOptions(fields: readonly MimeField[]): SmtpOptions {
  const given = new Map<string, string>();
  for (const { name, value } of fields) {
    const key = name.toLowerCase();
    if (!key.startsWith(prefix) || key === written) continue;
    if (!known.has(key)) throw new MimeProblem(`${name} is no header of Postroom`);
    if (given.has(key)) throw new MimeProblem(`${name} is there twice`);
    // Where a line was folded by a tab, a space stood, or nothing that counts.
    given.set(key, decodeWords(value.replaceAll('\t', ' ')).trim());
  }
  const flag = (option: string) => {
    const value = given.get(`${prefix}track-${option}`);
    return value === undefined ? {} : { [option]: flagOf(`X-Postroom-Track-${option}`, value) };
  };
  const group = given.get(`${prefix}group`) ?? null;
  if (group !== null && !uuidSchema.safeParse(group).success) {
    throw new MimeProblem('X-Postroom-Group must be a UUID');
  }
  const data = given.get(`${prefix}data`);
  return {
    tags: (given.get(`${prefix}tags`) ?? '')
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    groupId: group?.toLowerCase() ?? null,
    type: given.get(`${prefix}type`)?.toLowerCase() ?? null,
    scheduledAt: given.get(`${prefix}scheduled-at`) ?? null,
    tracking: { ...flag('clicks'), ...flag('opens'), ...flag('text') },
    templateId: given.get(`${prefix}template`) ?? null,
    data: data === undefined ? null : dataOf(data),
  };
}

/** A line that begins with where something is wrong: a header of its own is told by its name. */
export const byItsName = (line: string): string => line.replace(/^the headers\./, '');

/** What is wrong with a message, in one line. */
export const wordsOf = ([first]: readonly ValidationIssue[]): string =>
  first === undefined ? 'it is not valid' : byItsName(`${first.path} ${first.message}`).trim();
