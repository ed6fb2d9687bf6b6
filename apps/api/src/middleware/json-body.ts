import { isUtf8 } from 'node:buffer';
import { PostroomError } from '@postroom/core';
import express, { type RequestHandler } from 'express';

const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

function hasBody(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Bytes that are not the UTF-8 they claim to be would silently become U+FFFD in names and data. */
function refuseBadUtf8(body: Buffer, encoding: string): void {
  if (!/^utf-?8$/i.test(encoding) || isUtf8(body)) return;
  const message = 'The body is not valid UTF-8.';
  throw new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message }] } });
}

/**
 * Reads a JSON body of at most `limitBytes`. A body of another type is refused with 415 before it is read;
 * no body at all counts as one that failed to parse.
 */
export function jsonBody(limitBytes: number): RequestHandler[] {
  const checkType: RequestHandler = (request, _response, next) => {
    if (!hasBody(request.headers)) {
      throw new PostroomError('validation_failed', 'The request has no body: send a JSON object.', {
        details: { issues: [{ path: '', message: 'is required' }] },
      });
    }
    if (!isJson.test(request.header('content-type') ?? '')) {
      throw new PostroomError('unsupported_media_type', 'Send the body as content-type: application/json.');
    }
    next();
  };
  const parser = express.json({
    limit: limitBytes,
    type: () => true,
    strict: true,
    verify: (_request, _response, body, encoding) => refuseBadUtf8(body, encoding),
  });
  return [checkType, parser];
}

/** The body limit of every route but the batch: 1 MiB. */
export const smallBodyBytes = 1024 * 1024;

/** The body limit of the batch route: 25 MiB. */
export const batchBodyBytes = 25 * 1024 * 1024;
