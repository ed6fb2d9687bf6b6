/** What became of mail that was asked for, and whether that is bad: that it is recorded does not say that it goes out. */
export function outcomeOf(status: string, why: string | null | undefined, queued: string): [string, boolean] {
  if (/^(failed|skipped|canceled)$/i.test(status)) return [`It is not sent: ${why ?? status}`, true];
  return [/^sent$/i.test(status) ? 'It is sent.' : queued, false];
}
