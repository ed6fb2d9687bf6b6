/** What a header may hold as it is. */
const plain = /^[\x21-\x7e]+$/;

/** The signed target as a header says it: as it was written, or, where a header cannot hold that, as browsers read it. */
export const locationOf = (url: string): string => (plain.test(url) ? url : new URL(url).href);
