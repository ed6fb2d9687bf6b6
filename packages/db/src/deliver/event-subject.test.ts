import { expect, test } from '@jest/globals';
import { erasedEmail, type ProviderEvent, type ProviderEventType } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { detailOf, type EventSubject, factOf, toldOf } from './event-subject.ts';

const people = {
  to: 'ada@x.co',
  'to[1]': 'bob@x.co',
  'cc[0]': 'carol@x.co',
  'cc[1]': 'cid@x.co',
  bcc: 'dan@x.co',
};
type Place = keyof typeof people;
const places = Object.keys(people).filter((place): place is Place => Object.hasOwn(people, place));

const list = (...emails: readonly string[]) => emails.map((email) => ({ email, name: null }));

const whole: EventSubject = {
  workspace_id: 'w',
  simulated: false,
  is_erased: false,
  is_sent: true,
  sender_profile_id: null,
  from_domain: 'acme.test',
  lane: 'transactional',
  subscription_group_id: null,
  profile_id: null,
  to_email: people.to,
  to_key: people.to,
  to_others: list(people['to[1]']),
  cc: list(people['cc[0]'], people['cc[1]']),
  bcc: list(people.bcc),
};

const erased = { is_erased: true } as const;
const nobody = list(erasedEmail);

/** What the row of a send that a worker has had is once somebody at a place was erased. */
const without: Readonly<Record<Place, Partial<EventSubject>>> = {
  to: {
    ...{ ...erased, to_email: erasedEmail, to_key: erasedKey },
    ...{ to_others: nobody, cc: [...nobody, ...nobody], bcc: nobody },
  },
  'to[1]': { ...erased, to_others: nobody },
  'cc[0]': { ...erased, cc: [...nobody, ...list(people['cc[1]'])] },
  'cc[1]': { ...erased, cc: [...list(people['cc[0]']), ...nobody] },
  bcc: { ...erased, bcc: nobody },
};

const facts: Readonly<Partial<Record<ProviderEventType, string>>> = {
  delivery: 'delivered',
  delay: 'delayed',
  bounce: 'bounced',
  complaint: 'complained',
};

const eventOf = (type: ProviderEventType, email: string): ProviderEvent => ({
  ...{ sourceId: 's', type, sendId: 'i', attempt: 1, providerMessageId: 'm', occurredAt: new Date(0) },
  isPermanentBounce: type === 'bounce' ? true : null,
  recipients: [email],
  reports: [{ email, diagnostic: '550 no' }],
  detail: type === 'bounce' ? { bounceType: 'Permanent', bounceSubType: 'General' } : {},
});

/** What an event comes to: the delivery of the send, whom the history names, and whom webhooks hear of (null: nothing). */
function outcomeOf(event: ProviderEvent, subject: EventSubject) {
  const told = toldOf(event, subject);
  const { recipients } = detailOf(event, subject);
  return {
    delivery: factOf(event, subject),
    history: (Array.isArray(recipients) ? recipients : []).map(({ recipient }) => recipient),
    told: told === null ? null : (told.facts.recipients ?? ['to']),
  };
}

/** What is known of an address: the place that it still has. */
function expectedOf(type: ProviderEventType, place: Place, isKnown: boolean) {
  const isShown = isKnown && place !== 'bcc';
  return {
    delivery: isKnown && place === 'to' ? facts[type] : null,
    history: [isShown ? place : 'other'],
    told: isShown ? [place] : null,
  };
}

const types = Object.keys(facts).filter((type): type is ProviderEventType => Object.hasOwn(facts, type));

test.each(types)('%s is about whom it names, whoever was erased from the send', (type) => {
  for (const named of places) {
    const event = eventOf(type, people[named]);
    expect([named, outcomeOf(event, whole)]).toEqual([named, expectedOf(type, named, true)]);
    for (const gone of places) {
      const subject = { ...whole, ...without[gone] };
      // With the primary recipient all others are erased from the send.
      const isKnown = gone !== named && gone !== 'to';
      expect([gone, named, outcomeOf(event, subject)]).toEqual([
        gone,
        named,
        expectedOf(type, named, isKnown),
      ]);
    }
  }
});

test.each<readonly [string, Partial<EventSubject>]>([
  ['an emptied list', { to_others: null, cc: [], bcc: null }],
  ['a list that was not told from none', { to_others: null, cc: null, bcc: null }],
])('the only copy that was erased is not taken for the primary recipient: %s', (_what, lists) => {
  for (const type of types) {
    const subject = { ...whole, ...erased, ...lists };
    const outcome = outcomeOf(eventOf(type, people['cc[0]']), subject);
    expect([type, outcome]).toEqual([type, expectedOf(type, 'cc[0]', false)]);
    const ofPrimary = outcomeOf(eventOf(type, people.to), subject);
    expect([type, ofPrimary]).toEqual([type, expectedOf(type, 'to', true)]);
  }
});

test.each<readonly [string, Partial<EventSubject>]>([
  ['as it is', {}],
  ['erased', { ...erased, to_email: erasedEmail, to_key: erasedKey }],
])('of a mail to one person any address is theirs: %s', (_what, row) => {
  const subject = { ...whole, to_others: null, cc: null, bcc: null, ...row };
  for (const type of types)
    expect(outcomeOf(eventOf(type, 'away@elsewhere.example'), subject)).toEqual(expectedOf(type, 'to', true));
});

test('of a message that went without its primary recipient the first that is shown decides the delivery', () => {
  const sentTo = [people.bcc, people['cc[1]'], people['cc[0]']];
  for (const type of types) {
    const outcome = (email: string) => outcomeOf({ ...eventOf(type, email), sentTo }, whole);
    const decided = { delivery: facts[type], history: ['cc[0]'], told: ['cc[0]'] };
    expect([type, outcome(people['cc[0]'])]).toEqual([type, decided]);
    for (const place of ['cc[1]', 'bcc'] as const)
      expect([type, outcome(people[place])]).toEqual([type, expectedOf(type, place, true)]);
    // Whoever decided is known no more: nobody decides in their place.
    const cc = [{ email: erasedEmail }, { email: people['cc[1]'] }];
    const behind = { ...eventOf(type, people['cc[1]']), sentTo };
    expect([type, outcomeOf(behind, { ...whole, cc }).delivery]).toEqual([type, null]);
    const neverSentTo = { ...behind, sentTo: [people.bcc, people['cc[1]']] };
    expect([type, outcomeOf(neverSentTo, { ...whole, cc }).delivery]).toEqual([type, facts[type]]);
    const ofAll = { ...eventOf(type, people['cc[0]']), sentTo: [people.to, ...sentTo] };
    expect([type, outcomeOf(ofAll, whole)]).toEqual([type, expectedOf(type, 'cc[0]', true)]);
  }
});
