import { formatPath, type JsonFlaw, maxIssues, type ValidationIssue } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import type { Request, RequestHandler } from 'express';
import { readBody } from '../http/read-body.ts';
import { isCutOff } from '../http/refuse-unreadable.ts';
import { type JsonExcess, JsonScan, jsonLimits } from '../json/json-scan.ts';
import { badBody, parseJson } from '../json/parse-json.ts';

const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const charsetPattern = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;

/** Whether a request says that it has a body. */
export function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Refuses a content type that names another charset than `taken`, which `said` calls by their names. */
export function refuseCharset(type: string, taken = /^utf-?8$/i, said = 'UTF-8'): void {
  const [, quoted, plain] = charsetPattern.exec(type) ?? [];
  if (taken.test(quoted ?? plain ?? 'utf-8')) return;
  throw new PostroomError(
    'unsupported_media_type',
    `The body has a charset that is not supported: send ${said}.`,
  );
}

function checkType(request: Request): void {
  if (!hasBody(request.headers)) throw badBody('The request has no body: send a JSON object.', 'is required');
  const type = request.header('content-type') ?? '';
  if (!isJson.test(type)) {
    throw new PostroomError('unsupported_media_type', 'Send the body as content-type: application/json.');
  }
  refuseCharset(type);
}

const excessMessages: Readonly<Record<JsonExcess, string>> = {
  values: `The body holds more than ${jsonLimits.values} values: send fewer in one request.`,
  fields: `The body holds more than ${jsonLimits.fields} fields of objects: send fewer in one request.`,
  levels: `The body is nested deeper than ${jsonLimits.levels} levels.`,
};

function refuseFlaws(flaws: readonly JsonFlaw[]): void {
  const [first] = flaws;
  if (first === undefined) return;
  const issues = flaws
    .slice(0, maxIssues)
    .map(({ path, message }): ValidationIssue => ({ path: formatPath(path), message }));
  const more = flaws.length > 1 ? ` (and ${flaws.length - 1} more)` : '';
  throw new PostroomError('validation_failed', `${formatPath(first.path)} ${first.message}${more}`, {
    details: { issues },
  });
}

const itemFlaws = new WeakMap<object, ReadonlyMap<number, readonly ValidationIssue[]>>();

/** What of each item, by its index, would not have arrived as it was sent; paths begin within the item. */
export const itemFlawsOf = (request: Request): ReadonlyMap<number, readonly ValidationIssue[]> =>
  itemFlaws.get(request) ?? new Map();

/** Keeps what is wrong within an item for that item, so that it spoils no other; answers the rest. */
function keepItemFlaws(request: Request, flaws: readonly JsonFlaw[]): readonly JsonFlaw[] {
  const byItem = new Map<number, ValidationIssue[]>();
  const others = flaws.filter(({ path: [list, index, ...path], message }) => {
    if (list !== 'items' || typeof index !== 'number') return true;
    const issues = byItem.get(index) ?? [];
    issues.push({ path: formatPath(path), message });
    byItem.set(index, issues);
    return false;
  });
  if (byItem.size > 0) itemFlaws.set(request, byItem);
  return others;
}

/**
 * Reads a JSON body of at most `limitBytes`, unpacked. A body of another type, or one that says that it is larger,
 * is refused before it is read; no body at all counts as one that failed to parse. What would not arrive as it was sent is
 * refused, or kept for its item where `itemsStandAlone`. Where every field `mayBeLeftOut`, no body is an empty object.
 */
export function jsonBody(
  limitBytes: number,
  { itemsStandAlone = false, mayBeLeftOut = false } = {},
): RequestHandler[] {
  const read: RequestHandler = async (request, _response, next) => {
    if (mayBeLeftOut && !hasBody(request.headers)) {
      request.body = {};
      next();
      return;
    }
    checkType(request);
    const scan = new JsonScan();
    const bytes = await readBody(request, limitBytes, (chunk) => {
      const excess = scan.feed(chunk);
      if (excess !== null) throw badBody(excessMessages[excess]);
    });
    const { value, flaws } = await parseJson(bytes, scan);
    if (isCutOff(request)) return;
    refuseFlaws(itemsStandAlone ? keepItemFlaws(request, flaws) : flaws);
    request.body = value;
    next();
  };
  return [read];
}

/** The body limit of every route but those that take emails: 1 MiB. */
export const smallBodyBytes = 1024 * 1024;

/** The body limit of the routes that take emails: 25 MiB. */
export const batchBodyBytes = 25 * 1024 * 1024;
