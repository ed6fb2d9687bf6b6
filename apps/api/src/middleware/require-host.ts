import { PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';

/** RFC 9112 section 3.2: a request of HTTP/1.1 names a host. Node would refuse it without the envelope. */
export const requireHost: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    const message = 'The request has no Host header, which HTTP/1.1 requires.';
    throw new PostroomError('validation_failed', message, {
      details: { issues: [{ path: 'Host', message }] },
    });
  }
  next();
};
