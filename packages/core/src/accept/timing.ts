/** When a new send may go: one whose moment has passed goes at once, as if it had not been scheduled. */
export function timingOf(
  scheduledAt: Date | null | undefined,
  now: Date,
): { readonly status: 'Scheduled' | 'Queued'; readonly scheduledAt: Date | null } {
  const moment = scheduledAt ?? null;
  return {
    status: moment !== null && moment.getTime() > now.getTime() ? 'Scheduled' : 'Queued',
    scheduledAt: moment,
  };
}
