import type { RequestHandler } from 'express';

/**
 * Keeps what links in mail lead to out of caches, search engines and other sites' logs: the address is all that a link takes,
 * it says which mail it was in, and each who follows one is counted.
 */
export const keepPrivate: RequestHandler = (_request, response, next) => {
  response.set({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow',
  });
  next();
};
