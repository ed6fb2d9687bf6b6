import type { Request } from 'express';

/** Whether whoever asks is a browser, and not a program that takes JSON or anything. */
export const wantsPage = (request: Request): boolean => request.accepts(['json', 'html']) === 'html';
