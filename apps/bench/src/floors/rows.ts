import { createHash } from 'node:crypto';
import { newId } from '@postroom/core';
import { variablesFrom } from '../load/content.ts';

/** The columns that accepting an item writes and the request decides, with their types. */
export const columns = {
  id: 'uuid',
  workspace_id: 'uuid',
  batch_id: 'uuid',
  lane: '"SendLane"',
  simulated: 'boolean',
  idempotency_key: 'text',
  fingerprint: 'text',
  template_id: 'uuid',
  snapshot_id: 'uuid',
  sender_profile_id: 'uuid',
  from_email: 'text',
  from_name: 'text',
  profile_id: 'uuid',
  to_email: 'text',
  to_key: 'text',
  data: 'jsonb',
  track_clicks: 'boolean',
  track_opens: 'boolean',
  message_id: 'uuid',
} as const;

/** A row of `email_sends` as an accepted item makes it. */
export type Row = ReturnType<typeof makeRow>;

const shared = {
  workspace_id: newId(),
  batch_id: newId(),
  lane: 'transactional',
  simulated: false,
  template_id: newId(),
  snapshot_id: newId(),
  sender_profile_id: newId(),
  from_email: 'orders@acme.example.com',
  from_name: 'Acme',
  track_clicks: false,
  track_opens: false,
} as const;

const nextVariables = variablesFrom(1);
let made = 0;

function makeRow() {
  made += 1;
  const email = `known-${made}@recipients.example.com`;
  return {
    ...shared,
    id: newId(),
    message_id: newId(),
    profile_id: newId(),
    idempotency_key: `floor-${process.pid}-${made}`,
    fingerprint: createHash('sha256').update(String(made)).digest('hex'),
    to_email: email,
    to_key: email,
    data: nextVariables(),
  };
}

/** Makes new rows; no two have a key or an id in common. */
export function makeRows(count: number): Row[] {
  return Array.from({ length: count }, makeRow);
}
