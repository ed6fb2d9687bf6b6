/**
 * How long whoever accepts mail may take with its rows, in milliseconds, at the door that leaves the most: SMTP's, where clients wait
 * minutes for the answer to a large message (RFC 5321 section 4.5.3.2.6).
 */
export const writeTimes = {
  /** One statement, and the wait for a connection to run a transaction on. */
  statementMs: 20_000,
  /** The wait of a statement for those of others, before its message is put off. */
  waitMs: 20_000,
  /** The transaction that writes sends in several statements. */
  transactionMs: 30_000,
} as const;
