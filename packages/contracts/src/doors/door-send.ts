import { type EmailRequest, emailRequestSchema, recipientsSchema } from '../emails.ts';
import { issuesOf, type ValidationIssue } from '../error.ts';
import type { Address } from '../fields/address.ts';
import { type BatchItem, batchItemSchema } from '../items.ts';

/** A message in MIME form, to go out as it came: its parts, and the fields of its header that are not written anew. */
export type MimeInput = {
  readonly content: Uint8Array;
  /** The one that it is from, with the name that it says, if it says one. */
  readonly from: readonly Address[];
  /** Who stands in it for everybody to see, whoever of them it goes to. */
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
  /** Where its own header lets its recipient leave. */
  readonly unsubscribeUrls: readonly string[];
  /** The same for every form of the same content, whatever stands between its parts; null: its bytes are all that is known. */
  readonly identity: string | null;
};

/** One email of another product's request in the words of our own, or what is wrong with it, in its own. */
export type DoorSend =
  | {
      readonly kind: 'email';
      readonly email: EmailRequest;
      readonly subscriptionGroupId: string | null;
      /** Left out: the message is made of the email. */
      readonly mime?: MimeInput;
    }
  | {
      readonly kind: 'item';
      /** Without its key: that is the request's, or its own where the request has none. */
      readonly item: Omit<BatchItem, 'idempotencyKey'>;
      readonly to: readonly Address[];
      readonly isMarketing: boolean;
    }
  | { readonly kind: 'bad'; readonly issues: readonly ValidationIssue[] };

/** What fields of ours are called in another product, those of lists with `[]`; those that are not listed have the same name. */
export type FieldNames = ReadonlyMap<string, string>;

/** The name of a path whose places in lists are not looked at, with those places in it. */
function nameOf(path: string, names: FieldNames): string | undefined {
  const places = path.match(/\[\d+\]/g) ?? [];
  const name = names.get(path.replaceAll(/\[\d+\]/g, '[]'));
  return name?.replaceAll('[]', () => places.shift() ?? '');
}

/** Says where something is wrong by the names that the request had: the longest known beginning of the path is replaced. */
export function renamed(path: string, names: FieldNames): string {
  for (let end = path.length; end > 0; end -= 1) {
    const isWhole = end === path.length || path[end] === '.' || path[end] === '[';
    const name = isWhole ? nameOf(path.slice(0, end), names) : undefined;
    if (name !== undefined) return `${name}${path.slice(end)}`;
  }
  return path;
}

const bad = (issues: readonly ValidationIssue[], names: FieldNames): DoorSend => ({
  kind: 'bad',
  issues: issues.map(({ path, message }) => ({ path: renamed(path, names), message })),
});

type ReadWith = {
  readonly names: FieldNames;
  /** Made of what was found right by the product's own bounds: pairs may be longer than tags of ours. Left out: the raw ones. */
  readonly tags?: readonly string[];
};

const taggedWith = (tags: ReadWith['tags']) => (tags === undefined ? {} : { tags: [...new Set(tags)] });

/** Reads what was put into the words of an email by the rules of emails. */
export function readDoorEmail(
  raw: unknown,
  { names, tags, subscriptionGroupId }: ReadWith & { readonly subscriptionGroupId: string | null },
): DoorSend {
  const parsed = emailRequestSchema.safeParse(raw);
  if (!parsed.success) return bad(issuesOf(parsed.error), names);
  return { kind: 'email', email: { ...parsed.data, ...taggedWith(tags) }, subscriptionGroupId };
}

/** Reads what was put into the words of an item by the rules of items; its recipients by those of emails. */
export function readDoorItem(
  raw: object,
  { names, tags, to, isMarketing }: ReadWith & { readonly to: unknown; readonly isMarketing: boolean },
): DoorSend {
  const recipients = recipientsSchema.safeParse(to);
  if (!recipients.success) return bad(issuesOf(recipients.error, ['to']), names);
  const [first] = recipients.data;
  // Its key is the request's: this one only stands where the rules want one.
  const own = { ...raw, idempotencyKey: '-', to: { email: first?.email } };
  const parsed = batchItemSchema.safeParse(own);
  if (!parsed.success) return bad(issuesOf(parsed.error), names);
  return { kind: 'item', item: { ...parsed.data, ...taggedWith(tags) }, to: recipients.data, isMarketing };
}
