import * as z from 'zod';
import { fakeArn } from '../aws/owner.ts';
import type { FakeTopics } from '../aws/topics.ts';
import { badRequest, type SesAnswer, sesError, sesSuccess } from './answers.ts';

const destinationSchema = z.object({
  Enabled: z.boolean().default(false),
  MatchingEventTypes: z.array(z.string()).min(1),
  SnsDestination: z.object({ TopicArn: z.string() }).optional(),
});
const createSchema = z.object({
  ConfigurationSetName: z.string().regex(/^[\w-]{1,64}$/),
  SendingOptions: z.object({ SendingEnabled: z.boolean() }).optional(),
});
const createDestinationSchema = z.object({
  EventDestinationName: z.string().min(1),
  EventDestination: destinationSchema,
});

type Destination = z.infer<typeof destinationSchema> & { readonly Name: string };
type ConfigurationSet = { readonly isSending: boolean; readonly destinations: Destination[] };

/** The configuration sets of the fake account, and where they publish events. */
export type SesConfigurationSets = {
  create(json: unknown): SesAnswer;
  describe(name: string): SesAnswer;
  createDestination(name: string, json: unknown): SesAnswer;
  describeDestinations(name: string): SesAnswer;
  /** Whether events of mail of that set are published at all. */
  publishes(name: string): boolean;
  /** The topics that hear of events of that type, such as `DELIVERY`, of mail of that set. */
  topicsFor(name: string, type: string): readonly string[];
  reset(): void;
};

/** The words that SES publishes to try a topic. */
const notice = 'Successfully validated SNS topic for Amazon SES event publishing.';

/** Makes an account without sets; a destination is made only for a topic that can be published to. */
export function createConfigurationSets(topics: Pick<FakeTopics, 'publish'>): SesConfigurationSets {
  const sets = new Map<string, ConfigurationSet>();
  const missing = (name: string) =>
    sesError(404, 'NotFoundException', `Configuration set <${name}> does not exist.`);
  const exists = (what: string) => sesError(400, 'AlreadyExistsException', `${what} already exists.`);

  return {
    create(json) {
      const { data, error } = createSchema.safeParse(json);
      if (data === undefined) return badRequest(z.prettifyError(error));
      const { ConfigurationSetName: name, SendingOptions } = data;
      if (sets.has(name)) return exists(`Configuration set <${name}>`);
      sets.set(name, { isSending: SendingOptions?.SendingEnabled ?? true, destinations: [] });
      return sesSuccess({});
    },
    describe(name) {
      const found = sets.get(name);
      if (found === undefined) return missing(name);
      return sesSuccess({
        ConfigurationSetName: name,
        SendingOptions: { SendingEnabled: found.isSending },
        ReputationOptions: { ReputationMetricsEnabled: false },
      });
    },
    createDestination(name, json) {
      const { data, error } = createDestinationSchema.safeParse(json);
      if (data === undefined) return badRequest(z.prettifyError(error));
      const found = sets.get(name);
      if (found === undefined) return missing(name);
      const { EventDestinationName: Name, EventDestination } = data;
      if (found.destinations.some((one) => one.Name === Name)) return exists(`Event destination <${Name}>`);
      const topicArn = EventDestination.SnsDestination?.TopicArn;
      const source = fakeArn('ses', `configuration-set/${name}`);
      if (topicArn !== undefined && !topics.publish(topicArn, source, notice)) {
        return badRequest(`Could not publish to SNS topic <${topicArn}>.`);
      }
      found.destinations.push({ ...EventDestination, Name });
      return sesSuccess({});
    },
    describeDestinations(name) {
      const found = sets.get(name);
      return found === undefined ? missing(name) : sesSuccess({ EventDestinations: found.destinations });
    },
    publishes: (name) => (sets.get(name)?.destinations.length ?? 0) > 0,
    topicsFor: (name, type) =>
      (sets.get(name)?.destinations ?? [])
        .filter(({ Enabled, MatchingEventTypes }) => Enabled && MatchingEventTypes.includes(type))
        .flatMap(({ SnsDestination }) => SnsDestination?.TopicArn ?? []),
    reset: () => sets.clear(),
  };
}
