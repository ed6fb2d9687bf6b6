import { fakeArn } from '../../aws/owner.ts';
import type { FakeTopics } from '../../aws/topics.ts';
import type { SesConfigurationSets } from '../configuration-sets.ts';
import type { StoredMessage } from '../ledger.ts';
import { outcomesOf, type SesEventType, sesEventBody } from './ses-event.ts';

/** An event's type as configuration sets name it: `DELIVERY_DELAY` for `DeliveryDelay`. */
const matchingName = (type: SesEventType) =>
  type
    .replace(' ', '_')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase();

/** Publishes what becomes of a message to the topics of its configuration set, at once. */
export function publishToTopics(
  {
    sets,
    topics,
  }: {
    readonly sets: Pick<SesConfigurationSets, 'publishes' | 'topicsFor'>;
    readonly topics: Pick<FakeTopics, 'publish'>;
  },
  message: StoredMessage,
  isSuppressed: (email: string) => boolean,
): void {
  const { configurationSet } = message;
  if (configurationSet === null || !sets.publishes(configurationSet)) return;
  const source = fakeArn('ses', `configuration-set/${configurationSet}`);
  for (const { type, detail } of [
    { type: 'Send', detail: {} } as const,
    ...outcomesOf(message, isSuppressed),
  ]) {
    for (const topicArn of sets.topicsFor(configurationSet, matchingName(type))) {
      topics.publish(topicArn, source, JSON.stringify(sesEventBody(type, message, detail)));
    }
  }
}
