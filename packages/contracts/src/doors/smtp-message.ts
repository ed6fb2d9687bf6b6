import { createHash } from 'node:crypto';
import { type Address, addressKey, formatAddress, maxAddressLength } from '../fields/address.ts';
import { asOneLine, isBlank, maxSubject } from '../fields/fields.ts';
import {
  headerNameProblem,
  headersSchema,
  maxHeaderName,
  sendIdHeader,
  unsubscribeUrlsIn,
} from '../fields/message-headers.ts';
import { parseSendId } from '../fields/type-id.ts';
import { textOf } from '../mime/decode-body.ts';
import { decodeWords } from '../mime/decode-words.ts';
import { hashPart } from '../mime/hash-part.ts';
import { bodyOf, type MessageBody } from '../mime/message-body.ts';
import { fieldOf, type MimeField, MimeProblem } from '../mime/mime-field.ts';
import { type MimePart, readMime } from '../mime/mime-part.ts';
import { readAddresses } from '../mime/read-addresses.ts';
import { type DoorSend, type FieldNames, readDoorEmail, readDoorItem } from './door-send.ts';
import { onceOnly } from './once-only.ts';
import { filesOf } from './smtp-files.ts';
import { readSmtpOptions, type SmtpOptions, smtpOptionNames, wordsOf } from './smtp-options.ts';

/** Who an SMTP client said it comes from, which may be no address or empty, and whom it goes to: parsed addresses, each once. */
export type SmtpEnvelope = { readonly from: string; readonly recipients: readonly string[] };

/** A message as it came in, or why it is not taken. */
export type SmtpMessage =
  | {
      readonly kind: 'read';
      readonly send: Exclude<DoorSend, { readonly kind: 'bad' }>;
      /** The same for the same `Message-ID`, envelope and content; null: it has no `Message-ID`. */
      readonly identity: string | null;
      /** The send of ours that the message was when it went out before; null: it names none. */
      readonly cameFrom: string | null;
    }
  | { readonly kind: 'bad'; readonly reason: string };

/** What fields of an email and of an item are called in a message. */
export const smtpFieldNames: FieldNames = new Map([
  ...smtpOptionNames,
  ['from', 'From'],
  ['to', 'the recipients'],
  ['to.email', 'the recipient'],
  ['cc', 'Cc'],
  ['bcc', 'the recipients'],
  ['subject', 'Subject'],
  ['html', 'the html'],
  ['text', 'the text'],
  ['reply_to', 'Reply-To'],
  ['replyTo', 'Reply-To'],
  ['attachments', 'the attachments'],
  ['headers', 'the headers'],
]);

/** Fields that are read into the send, or are somebody else's to set: what goes out has its own, or none. */
const isLeftOut = ({ name }: MimeField) =>
  !/^(?:content-.*|mime-version|subject)$/i.test(name) && headerNameProblem(name) !== null;

/**
 * Fields that say how a message came here, and differ when it comes again: signatures of relays among them, which are new each
 * time and say nothing that the message does not.
 */
const ofTheWay =
  /^(?:received|received-spf|return-path|date|x-original-to|delivered-to|dkim-signature|arc-.*|authentication-results)$/i;

/** A message that has passed more servers goes round in a loop (RFC 5321 section 6.3). */
const maxReceived = 100;

function refuseFields(fields: readonly MimeField[]): void {
  if (fields.filter(({ name }) => /^received$/i.test(name)).length > maxReceived)
    throw new MimeProblem(`it has passed more than ${maxReceived} servers, as in a loop`);
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (name.length > maxHeaderName) {
      throw new MimeProblem(`a header has a name of more than ${maxHeaderName} characters`);
    }
    const key = name.toLowerCase();
    if (seen.has(key) && onceOnly.has(key)) throw new MimeProblem(`${name} is there twice`);
    seen.add(key);
  }
}

function addressesOf(fields: readonly MimeField[], name: string): readonly Address[] {
  const field = fieldOf(fields, name);
  if (field === null) return [];
  const read = readAddresses(field.value);
  if (read.kind === 'bad') throw new MimeProblem(`${field.name} holds what ${read.reason}`);
  return read.value;
}

/** Who stands in the message for everybody to see, as it is written there. */
type Shown = {
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
};

/** Whom a message goes to, in an order that is not the envelope's: a repeat may name them in another. */
const keysOf = ({ recipients }: SmtpEnvelope): readonly string[] => recipients.map(addressKey).sort();

/** Puts the recipients where the message shows them: who is in neither `To` nor `Cc` is blind. */
function recipientsOf(envelope: SmtpEnvelope, { to, cc }: Pick<Shown, 'to' | 'cc'>) {
  const given = new Map(envelope.recipients.map((email) => [addressKey(email), email]));
  const wanted = new Map(keysOf(envelope).map((key) => [key, given.get(key) ?? key]));
  const take = (shown: readonly Address[]) =>
    shown.flatMap((address) => (wanted.delete(addressKey(address.email)) ? [formatAddress(address)] : []));
  const inTo = take(to);
  const inCc = take(cc);
  const blind = [...wanted.values()];
  if (inTo.length > 0) return { to: inTo, cc: inCc, bcc: blind };
  // A send has a first recipient in any case; what the message shows does not change by it.
  const [first, ...others] = [...inCc, ...blind];
  const left = new Set(others);
  return {
    to: first === undefined ? [] : [first],
    cc: inCc.filter((address) => left.has(address)),
    bcc: blind.filter((address) => left.has(address)),
  };
}

/** What machines of others go by, where the message says it itself, and in a form that a row keeps. */
function bulkHeadersOf(fields: readonly MimeField[]): Readonly<Record<string, string>> {
  const own = ['precedence', 'auto-submitted'].flatMap((name) => fieldOf(fields, name) ?? []);
  const given = own.map(({ name, value }) => ({ [name]: inOneLine(value) }));
  return Object.assign({}, ...given.filter((header) => headersSchema.safeParse(header).success));
}

/** Lines may be folded by tabs. */
const inOneLine = (value: string): string => value.replaceAll('\t', ' ');

/** What a message that is made of a template keeps of its own fields: those that a custom header may be, as they are written. */
function headersOf(fields: readonly MimeField[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const { name, value } of fields) {
    if (headerNameProblem(name) !== null || value === '') continue;
    // Those whose names differ in case are refused as others' are.
    if (headers.has(name))
      throw new MimeProblem(`${name} is there twice, which it may not be with a template`);
    headers.set(name, inOneLine(value));
  }
  return Object.fromEntries(headers);
}

function subjectOf(fields: readonly MimeField[]): string {
  return asOneLine(decodeWords(fieldOf(fields, 'subject')?.value ?? ''));
}

/** As much of a subject as a row keeps. */
function keptSubject(subject: string): string {
  const kept = subject.slice(0, maxSubject).toWellFormed();
  return isBlank(kept) ? '(no subject)' : kept;
}

/** An address as a row keeps it: without a name that is too long for one. */
const keptAddress = (address: Address): Address =>
  formatAddress(address).length > maxAddressLength ? { ...address, name: null } : address;

type Parts = {
  readonly bytes: Buffer;
  readonly root: MimePart;
  readonly body: MessageBody;
  readonly envelope: SmtpEnvelope;
  readonly options: SmtpOptions;
};

const textIn = ({ bytes }: Parts, part: MimePart | null) => (part && textOf(bytes, part)) || undefined;

/** What goes out as it came: what of it a row cannot keep is kept in part, or not. */
function readAsEmail(parts: Parts, shown: Shown, from: Address): DoorSend {
  const { root, body, envelope, options } = parts;
  const html = textIn(parts, body.html);
  const [replyTo] = shown.replyTo.map(keptAddress);
  const email = {
    ...recipientsOf(envelope, { to: shown.to.map(keptAddress), cc: shown.cc.map(keptAddress) }),
    from: formatAddress(keptAddress(from)),
    subject: keptSubject(subjectOf(root.fields)),
    html,
    // What holds no text of its own is a message all the same.
    text: textIn(parts, body.text) ?? (html === undefined ? '\n' : undefined),
    reply_to: replyTo && formatAddress(replyTo),
    type: options.type,
    tags: options.tags,
    tracking: options.tracking,
    scheduled_at: options.scheduledAt,
    headers: bulkHeadersOf(root.fields),
  };
  return readDoorEmail(email, { names: smtpFieldNames, subscriptionGroupId: options.groupId });
}

function readAsTemplate(parts: Parts, shown: Shown, from: Address): DoorSend {
  const { bytes, root, body, envelope, options } = parts;
  const { to, cc, bcc } = recipientsOf(envelope, shown);
  const [replyTo, ...others] = shown.replyTo;
  if (others.length > 0) throw new MimeProblem('Reply-To must hold one address where a template is named');
  const item = {
    templateId: options.templateId,
    data: options.data,
    from: formatAddress(from),
    replyTo: replyTo && formatAddress(replyTo),
    subject: subjectOf(root.fields) || undefined,
    subscriptionGroupId: options.groupId,
    cc,
    bcc,
    tags: options.tags,
    tracking: options.tracking,
    scheduledAt: options.scheduledAt,
    headers: headersOf(root.fields),
    attachments: filesOf(bytes, root, body),
  };
  return readDoorItem(item, { names: smtpFieldNames, to, isMarketing: options.type === 'marketing' });
}

function identityOf({ bytes, root, envelope }: Parts): string | null {
  const messageId = fieldOf(root.fields, 'message-id')?.value ?? '';
  if (messageId === '') return null;
  const sha256 = createHash('sha256');
  sha256.update(JSON.stringify([messageId, addressKey(envelope.from), keysOf(envelope)]));
  const fields = root.fields.filter(({ name }) => !ofTheWay.test(name));
  hashPart(sha256, bytes, { ...root, fields });
  return sha256.digest('hex');
}

/** The message without the fields that are left out, in the memory that it has: it may be a large one. */
function withoutLeftOut(bytes: Buffer, root: MimePart): Buffer {
  const kept = root.fields.filter((field) => !isLeftOut(field));
  const head = Buffer.concat([
    ...kept.map(({ start, end }) => bytes.subarray(start, end)),
    bytes.subarray(root.end, root.bodyStart),
  ]);
  const start = root.bodyStart - head.length;
  head.copy(bytes, start);
  return bytes.subarray(start);
}

/** A row keeps no more of them, each of which costs the worker a look. */
const maxUnsubscribeUrls = 50;

function read(bytes: Buffer, envelope: SmtpEnvelope): SmtpMessage {
  if (bytes.includes(0)) throw new MimeProblem('it holds NUL');
  const root = readMime(bytes);
  refuseFields(root.fields);
  const [from, ...others] = addressesOf(root.fields, 'from');
  if (from === undefined || others.length > 0) throw new MimeProblem('From must hold one address');
  const shown = {
    to: addressesOf(root.fields, 'to'),
    cc: addressesOf(root.fields, 'cc'),
    replyTo: addressesOf(root.fields, 'reply-to'),
  };
  const parts = { bytes, root, body: bodyOf(root), envelope, options: readSmtpOptions(root.fields) };
  const { templateId, data } = parts.options;
  if (templateId === null && data !== null)
    throw new MimeProblem('X-Postroom-Data needs X-Postroom-Template');
  const send = templateId === null ? readAsEmail(parts, shown, from) : readAsTemplate(parts, shown, from);
  if (send.kind === 'bad') return { kind: 'bad', reason: wordsOf(send.issues) };
  const identity = identityOf(parts);
  const cameFrom = parseSendId(fieldOf(root.fields, sendIdHeader.toLowerCase())?.value ?? '')?.uuid ?? null;
  if (send.kind === 'item') return { kind: 'read', send, identity, cameFrom };
  const listUnsubscribe = fieldOf(root.fields, 'list-unsubscribe')?.value ?? '';
  const unsubscribeUrls = unsubscribeUrlsIn(listUnsubscribe).slice(0, maxUnsubscribeUrls);
  const mime = { content: withoutLeftOut(bytes, root), from: [from], ...shown, unsubscribeUrls, identity };
  return { kind: 'read', send: { ...send, mime }, identity, cameFrom };
}

/**
 * Puts a message, whose lines end in CRLF, into the words of an email, or of an item if it names a template. The bytes are
 * its own from then on. Pure but for them.
 */
export function readSmtpMessage(bytes: Buffer, envelope: SmtpEnvelope): SmtpMessage {
  try {
    return read(bytes, envelope);
  } catch (error) {
    if (error instanceof MimeProblem) return { kind: 'bad', reason: error.message };
    throw error;
  }
}
