import { isUtf8 } from 'node:buffer';
import { PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';
import { isCutOff } from '../refuse-unreadable.ts';
import { readBody } from './read-body.ts';

const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const charsetPattern = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;]*))/i;
const byteOrderMark = '\ufeff';

function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

const refuse = (message: string, issue = message) =>
  new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message: issue }] } });

const checkType: RequestHandler = (request, _response, next) => {
  if (!hasBody(request.headers)) throw refuse('The request has no body: send a JSON object.', 'is required');
  const type = request.header('content-type') ?? '';
  if (!isJson.test(type)) {
    throw new PostroomError('unsupported_media_type', 'Send the body as content-type: application/json.');
  }
  const [, quoted, plain] = charsetPattern.exec(type) ?? [];
  if (!/^utf-?8$/i.test(quoted ?? plain ?? 'utf-8')) {
    throw new PostroomError(
      'unsupported_media_type',
      'The body has a charset that is not supported: send UTF-8.',
    );
  }
  next();
};

function parseJson(bytes: Buffer): object {
  // Bytes that are not UTF-8 would silently become U+FFFD in names and data.
  if (!isUtf8(bytes)) throw refuse('The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  const parsed = parseOrNull(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  if (typeof parsed !== 'object' || parsed === null)
    throw refuse('The body is not valid JSON, or not an object.');
  return parsed;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Reads a JSON body of at most `limitBytes`, unpacked. A body of another type, or one that says that it is larger,
 * is refused before it is read; no body at all counts as one that failed to parse.
 */
export function jsonBody(limitBytes: number): RequestHandler[] {
  const read: RequestHandler = async (request, _response, next) => {
    const body = parseJson(await readBody(request, limitBytes));
    if (isCutOff(request)) return;
    request.body = body;
    next();
  };
  return [checkType, read];
}

/** The body limit of every route but those that take emails: 1 MiB. */
export const smallBodyBytes = 1024 * 1024;

/** The body limit of the routes that take emails: 25 MiB. */
export const batchBodyBytes = 25 * 1024 * 1024;
