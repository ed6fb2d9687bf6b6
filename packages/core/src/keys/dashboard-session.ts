import { randomBytes } from 'node:crypto';

const tokenPattern = /^ds_[A-Za-z0-9_-]{43}$/;

/** How long a session of the dashboard lasts, in milliseconds: a working day. */
export const sessionMs = 12 * 3_600_000;

/** Makes the token of a session, of 256 random bits. The browser has it in a cookie, the database its hash. */
export const generateSessionToken = (): string => `ds_${randomBytes(32).toString('base64url')}`;

/** Whether a text could be the token of a session at all. */
export const looksLikeSessionToken = (text: string): boolean => tokenPattern.test(text);
