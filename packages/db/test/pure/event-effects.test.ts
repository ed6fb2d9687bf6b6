import { expect, test } from '@jest/globals';
import type { ProviderEvent } from '@postroom/core';
import { effectsOf } from '../../src/deliver/event-effects.ts';

const emails = ['ada@example.com', 'bob@example.com', 'cy@example.com'] as const;
const [to_email, ...others] = emails;

const subject = {
  ...{ workspace_id: 'w', simulated: false, is_erased: false, is_sent: true, sender_profile_id: null },
  ...{ from_domain: 'sender.example', lane: 'marketing', subscription_group_id: null, profile_id: null },
  ...{ to_email, to_key: to_email, to_others: others.map((email) => ({ email })), cc: null, bcc: null },
};

/** What an event that names all recipients of a send to three counts, and whom it suppresses. */
function effectsOfAll(type: ProviderEvent['type']) {
  const event: ProviderEvent = {
    ...{ sourceId: 'e', type, sendId: 's', attempt: 1, providerMessageId: 'm', detail: {} },
    ...{ occurredAt: new Date(0), isPermanentBounce: type === 'bounce', recipients: emails },
  };
  const { records, suppressions } = effectsOf([event], new Map([['s', subject]]));
  return {
    counts: records.map(({ delivered, bounced, complained }) => [delivered, bounced, complained]),
    suppressed: suppressions.map(({ email }) => email),
  };
}

test('a report of spam is one complaint, and suppresses all who may have made it', () => {
  expect(effectsOfAll('complaint')).toEqual({ counts: [[0, 0, 1]], suppressed: emails });
});

test('deliveries and bounces count by recipient', () => {
  expect(effectsOfAll('bounce')).toEqual({ counts: [[0, 3, 0]], suppressed: emails });
  expect(effectsOfAll('delivery')).toEqual({ counts: [[3, 0, 0]], suppressed: [] });
});
