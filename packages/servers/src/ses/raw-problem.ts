import { addressesOf, parseAddress } from './addresses.ts';
import { fieldOf, type MimePart } from './mime.ts';

/** SES developer guide, "Amazon SES header fields": the fields of a message that may not be there twice. */
const onceOnly = new Set(
  (
    'accept-language acceptlanguage archived-at auto-submitted bounces-to comments content-alternative content-base ' +
    'content-class content-description content-disposition content-duration content-id content-language ' +
    'content-length content-location content-md5 content-transfer-encoding content-type date delivered-to ' +
    'disposition-notification-options disposition-notification-to dkim-signature domainkey-signature errors-to from ' +
    'importance in-reply-to keywords list-archive list-help list-id list-owner list-post list-subscribe ' +
    'list-unsubscribe list-unsubscribe-post message-context message-id mime-version organization original-from ' +
    'original-message-id original-recipient original-subject precedence priority references reply-to return-path ' +
    'return-receipt-to sender solicitation sensitivity subject thread-index thread-topic user-agent vbr-info'
  ).split(' '),
);

/** Why SES refuses a raw message, or null: its lines, the header of each part, and its address fields. */
export function rawProblemOf(raw: string, message: MimePart): string | null {
  if (/[^\r\n]{999}/.test(raw)) return 'A line is longer than 1000 characters.';
  return headProblemOf(message) ?? topProblemOf(message);
}

function headProblemOf({ head, fields, parts }: MimePart): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/.test(head)) {
    return 'A header holds CR, LF or NUL.';
  }
  if (/[^\t\r\n -~]/.test(head)) return 'A header holds characters outside of ASCII.';
  if (head !== '' && head.split(/\r?\n/).some((line) => !/^(?:[!-9;-~]+[ \t]*:|[ \t]+\S)/.test(line))) {
    return 'A line of a header is not a field.';
  }
  if (isEncodedMessage({ fields })) return 'A message inside of the message is encoded.';
  for (const part of parts) {
    const problem = headProblemOf(part);
    if (problem !== null) return problem;
  }
  return null;
}

/** RFC 2046 section 5.2.1: readers show no message that was encoded. */
const isEncodedMessage = (part: Pick<MimePart, 'fields'>): boolean =>
  /^message\/rfc822\b/i.test(fieldOf(part, 'content-type')) &&
  /^(?:base64|quoted-printable)$/i.test(fieldOf(part, 'content-transfer-encoding'));

/** Why SES refuses fields of these names in one message, or null. */
export function duplicateProblemOf(names: readonly string[]): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key) && onceOnly.has(key)) return `Duplicate header '${name}'.`;
    seen.add(key);
  }
  return null;
}

function topProblemOf(message: MimePart): string | null {
  const names = message.fields.map(({ name }) => name);
  const duplicate = duplicateProblemOf(names);
  if (duplicate !== null) return duplicate;
  if (!names.some((name) => name.toLowerCase() === 'from')) return "Missing required header 'From'.";
  for (const field of ['from', 'to', 'cc', 'bcc', 'reply-to']) {
    for (const text of addressesOf(fieldOf(message, field))) {
      const parsed = parseAddress(text);
      if (parsed.kind === 'illegal') return parsed.reason;
    }
  }
  return null;
}
