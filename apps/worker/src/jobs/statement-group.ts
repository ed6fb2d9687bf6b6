/** The sends in hand share their claim and record statements: up to this many, this many milliseconds apart. */
export const statementGroup = { maxSize: 50, maxWaitMs: 4, maxGroups: 3 } as const;
