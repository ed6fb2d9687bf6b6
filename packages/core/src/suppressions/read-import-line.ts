import { importLineSchema, issuesOf, parseEmail, type SuppressionReason } from '@postroom/contracts';

/** A line of an import, as the names and the texts of its cells; names may stand more than once. */
export type ImportCells = Iterable<readonly [name: string, text: string]>;

/** A suppression that a line asks for. */
export type ImportedSuppression = {
  readonly email: string;
  readonly reason: SuppressionReason;
  readonly note?: string | null | undefined;
  readonly expiresAt?: Date | null | undefined;
};

export type ReadLine =
  | { readonly kind: 'ok'; readonly suppression: ImportedSuppression }
  | { readonly kind: 'bad'; readonly message: string };

/** Two names are one if their letters and digits are. */
const plainName = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const addressNames = ['email', 'emailaddress', 'address', 'recipient', 'suppressedemail', 'to'];

/** Names of cells that say why; of Resend's lists it is the origin. */
const reasonNames = ['reason', 'suppressionreason', 'type', 'suppressiontype', 'bouncetype', 'origin'];

/** Cells that only lists of bounces have, and only lists of complaints: Mailgun's and SendGrid's lists name no reason. */
const bounceNames = ['code', 'error', 'status'];
const complaintNames = ['ip'];

const reasonWords: Readonly<Record<SuppressionReason, readonly string[]>> = {
  Bounce: [
    ...['bounce', 'bounced', 'hardbounce', 'hardbounced', 'permanent', 'permanentbounce', 'blocked', 'block'],
    ...['invalid', 'invalidemail', 'undeliverable', 'softbounce'],
  ],
  Complaint: ['complaint', 'complained', 'spam', 'spamcomplaint', 'spamreport', 'spamnotification', 'abuse'],
  Manual: [
    ...['manual', 'manualsuppression', 'manuallysuppressed', 'manuallydeactivated', 'unsubscribe'],
    ...['unsubscribed', 'customer', 'import', 'admin'],
  ],
};

const reasonByWord: ReadonlyMap<string, SuppressionReason> = new Map(
  Object.entries(reasonWords).flatMap(([reason, words]) =>
    words.flatMap((word) => (isReason(reason) ? [[word, reason] as const] : [])),
  ),
);

function isReason(text: string): text is SuppressionReason {
  return text === 'Bounce' || text === 'Complaint' || text === 'Manual';
}

/** The reason that a text is, in the words of any of the products; undefined: it is none. */
export const reasonOf = (text: string): SuppressionReason | undefined => reasonByWord.get(plainName(text));

/** The words of another server, where a word was to be expected: what a list of bounces says of each. */
const isSentence = (text: string): boolean => /\d{3}/.test(text) || text.trim().split(/\s+/).length > 3;

/** Of an address that stands with its name the address alone. */
const bare = (text: string): string => /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();

const hiddenPattern = /^erased:[0-9a-f]{64}$/;

/** Whether the name of a cell is that of an address. */
export const isAddressName = (name: string): boolean => addressNames.includes(plainName(name));

/** Whether a text is an address, or the hash of one that was erased, as our own export has it. */
export const isAddress = (text: string): boolean =>
  hiddenPattern.test(text) || parseEmail(bare(text)).kind === 'ok';

type Named = ReadonlyMap<string, string>;

const firstOf = (cells: Named, names: readonly string[]): string | undefined =>
  names.map((name) => cells.get(name)).find((text) => text !== undefined && text !== '');

/** Of names of cells that stand twice only those matter whose text is read. */
const readNames: ReadonlySet<string> = new Set([...addressNames, ...reasonNames, 'note', 'expiresat']);

/** The cells by their plain names, and a name that two of them have that say different things; null: there is none. */
function namedCells(line: ImportCells): { readonly cells: Named; readonly twice: string | null } {
  const cells = new Map<string, string>();
  let twice: string | null = null;
  for (const [written, raw] of line) {
    const [name, text] = [plainName(written), raw.trim()];
    const known = cells.get(name) ?? '';
    if (known === '') cells.set(name, text);
    else if (text !== '' && text !== known && readNames.has(name)) twice = name;
  }
  return { cells, twice };
}

/** Why the line says that the address is suppressed; null: in a word that nobody knows. */
function reasonIn(cells: Named, otherwise: SuppressionReason): SuppressionReason | null {
  const words = reasonNames.flatMap((name) => cells.get(name) ?? []).filter((text) => text !== '');
  const known = words.map(reasonOf).find((reason) => reason !== undefined);
  if (known !== undefined) return known;
  if (words.some(isSentence) || bounceNames.some((name) => cells.has(name))) return 'Bounce';
  if (cells.has('reason') && words.length > 0) return null;
  return complaintNames.some((name) => cells.has(name)) ? 'Complaint' : otherwise;
}

/**
 * Reads one line: by the names of our own cells, or of those of the exports of Resend, Postmark, SendGrid, Mailgun and SES. Of
 * other products' lists the address and the reason are taken. What is wrong is told without the address. Pure.
 */
export function readImportLine(line: ImportCells, otherwise: SuppressionReason): ReadLine {
  const { cells, twice } = namedCells(line);
  if (twice !== null) return { kind: 'bad', message: `holds two cells that are called ${twice}` };
  const email = firstOf(cells, addressNames);
  if (email === undefined) return { kind: 'bad', message: 'holds no address' };
  const reason = reasonIn(cells, otherwise);
  if (reason === null) return { kind: 'bad', message: 'reason must be one of Bounce, Complaint, Manual' };
  const note = cells.get('note');
  const expiresAt = cells.get('expiresat');
  const isHidden = hiddenPattern.test(email);
  const parsed = importLineSchema.safeParse({
    email: isHidden ? 'erased@example.com' : bare(email),
    ...(note === undefined || note === '' ? {} : { note }),
    ...(expiresAt === undefined || expiresAt === '' ? {} : { expiresAt }),
  });
  if (parsed.success) {
    return { kind: 'ok', suppression: { ...parsed.data, reason, ...(isHidden ? { email } : {}) } };
  }
  const [issue] = issuesOf(parsed.error);
  return { kind: 'bad', message: `${issue?.path ?? ''} ${issue?.message ?? 'is not valid'}`.trim() };
}
