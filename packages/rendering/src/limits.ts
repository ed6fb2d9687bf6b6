/** Size of each part in UTF-8 bytes; Gmail clips html at 102 KB and RFC 5322 a header line at 998. */
export const MAX_PART_BYTES = { subject: 998, html: 512 * 1024, text: 256 * 1024 } as const;

/**
 * Lexical tokens inside `{{...}}` of one template, all parts together.
 * Parsing costs about 4 us for each, so the parser is bounded before it starts.
 */
export const MAX_TOKENS = 20_000;

/**
 * Syntax nodes of one template, all parts together. Compiling costs 20 to 35 us for each (100 KB of `{{a}}` would take
 * seconds), so that is left to the render processes; what checking needs of it takes a tenth.
 */
export const MAX_NODES = 5_000;

/** `{{!-- --}}` comments of one part: for each, the lexer of Handlebars copies the rest of the source. */
export const MAX_LONG_COMMENTS = 200;

/** Blocks in blocks, chained `{{else if}}` branches, and subexpressions in subexpressions. */
export const MAX_NESTING = 100;

/** Characters of one part of a name, as in `user.name`: keys of data are words. */
export const MAX_NAME_PART_CHARACTERS = 256;

/** Characters of a whole name, with what the blocks around it put before it. */
export const MAX_NAME_CHARACTERS = 1_024;

/**
 * Characters of all names that a template reads together. They are stored with it and are in its answers; inside a block
 * each begins with the block's own name, so that without a bound a page of source makes megabytes of names.
 */
export const MAX_NAMES_CHARACTERS = 65_536;

/** Characters of a rendered subject (RFC 5322, section 2.1.1). */
export const MAX_SUBJECT_CHARACTERS = 998;

/** Characters that one helper may return, so that helpers cannot multiply the data. */
export const MAX_HELPER_CHARACTERS = 65_536;
