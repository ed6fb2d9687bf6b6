/** Size of each part in UTF-8 bytes; Gmail clips html at 102 KB and RFC 5322 a header line at 998. */
export const maxPartBytes = { subject: 998, html: 512 * 1024, text: 256 * 1024 } as const;

/**
 * Lexical tokens inside `{{...}}` of one template, all parts together.
 * Parsing costs about 4 us for each, so the parser is bounded before it starts.
 */
export const maxTokens = 20_000;

/**
 * Syntax nodes of one template, all parts together. Compiling costs 20 to 35 us for each (100 KB of `{{a}}` would take
 * seconds), so that is left to the render processes; what checking needs of it takes a tenth.
 */
export const maxNodes = 5_000;

/** `{{!-- --}}` comments of one part: for each, the lexer of Handlebars copies the rest of the source. */
export const maxLongComments = 200;

/** Blocks in blocks, chained `{{else if}}` branches, and subexpressions in subexpressions. */
export const maxNesting = 100;

/** Characters of one part of a name, as in `user.name`: keys of data are words. */
export const maxNamePartCharacters = 256;

/** Characters of a whole name, with what the blocks around it put before it. */
export const maxNameCharacters = 1_024;

/**
 * Characters of all names that a template reads together. They are stored with it and are in its answers; inside a block
 * each begins with the block's own name, so that without a bound a page of source makes megabytes of names.
 */
export const maxNamesCharacters = 65_536;

/**
 * Characters that one helper may return, so that helpers cannot multiply the data: more than all data that a send may have.
 * Nothing is cut off: a rendering that would need more fails.
 */
export const maxHelperCharacters = 1_048_576;
