import { looksLikeSessionToken } from '@postroom/core';
import type { Request, Response } from 'express';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Off loopback the cookie is sent over TLS alone, and `__Host-` lets no other host or path set it. */
const isSecure = (request: Request) => !loopback.test(request.headers.host ?? '');

const nameOf = (request: Request) => (isSecure(request) ? '__Host-postroom_session' : 'postroom_session');

/** The token of a request's session; null: it has none. Of several cookies of the name the first counts, as browsers order them. */
export function sessionTokenOf(request: Request): string | null {
  const begin = `${nameOf(request)}=`;
  const pair = (request.headers.cookie ?? '').split('; ').find((part) => part.startsWith(begin));
  const token = pair?.slice(begin.length) ?? '';
  return looksLikeSessionToken(token) ? token : null;
}

/** Gives the browser a session, or with null takes it away. */
export function setSessionCookie(
  request: Request,
  response: Response,
  token: string | null,
  maxAgeMs: number,
) {
  response.cookie(nameOf(request), token ?? '', {
    httpOnly: true,
    sameSite: 'strict',
    secure: isSecure(request),
    path: '/',
    maxAge: token === null ? 0 : maxAgeMs,
  });
}
