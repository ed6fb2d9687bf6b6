import type { EmailDetail } from '@postroom/contracts';

/** Lists tell three statuses; what more is known of a send makes the word that people look for. */
export function shownStatus({ status, scheduled_at, error }: EmailDetail): string {
  if (status === 'sent') return 'Sent';
  if (status === 'queued')
    return scheduled_at !== null && Date.parse(scheduled_at) > Date.now() ? 'Scheduled' : 'Queued';
  return error === 'The email was canceled.' ? 'Canceled' : 'Failed';
}
