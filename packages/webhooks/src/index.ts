export { createDnsLookup, systemLookup } from './lookup.ts';
export { createPoster } from './post.ts';
export { createPrivateUrlCheck } from './private-url-check.ts';
export { isPublicAddress } from './public-address.ts';
