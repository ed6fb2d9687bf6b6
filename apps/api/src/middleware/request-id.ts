import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const sanePattern = /^[A-Za-z0-9._:-]{1,128}$/;
const ids = new WeakMap<object, string>();

/**
 * Gives every response an `x-request-id`: the caller's own when it is sane, else a new one. And says that nobody is to
 * guess at what an answer is, whatever of the caller's stands in it.
 */
export const assignRequestId: RequestHandler = (request, response, next) => {
  const given = request.header('x-request-id');
  const id = given !== undefined && sanePattern.test(given) ? given : randomUUID();
  ids.set(response, id);
  response.setHeader('x-request-id', id);
  response.setHeader('x-content-type-options', 'nosniff');
  next();
};

/** The id of the request that a response answers. */
export const requestIdOf = (response: object): string => ids.get(response) ?? 'unknown';
