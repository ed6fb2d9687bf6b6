import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  type EventDestination,
  type EventType,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
} from '@aws-sdk/client-sesv2';
import type { AwsAccount } from '../aws-account.ts';
import { orNull } from '../aws-call-error.ts';
import { awsCommand } from '../aws-command.ts';
import { arnsOf, partsOf, type SetupPlan } from '../setup-plan.ts';
import { type Found, type SetupStep, thereUnless } from '../setup-step.ts';

/** The events that are taken. Opens and clicks are recorded here, and SES is told of each mail to track none. */
const eventTypes: readonly EventType[] = [
  'SEND',
  'REJECT',
  'BOUNCE',
  'COMPLAINT',
  'DELIVERY',
  'DELIVERY_DELAY',
  'RENDERING_FAILURE',
];

/** The set that sender profiles name, so that SES publishes events about their mail. */
export function configurationSetStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const { configurationSet: name } = partsOf(plan);
  const { configurationSet: resource } = arnsOf(plan);
  const input = { ConfigurationSetName: name };
  const where = { region: plan.region, 'configuration-set-name': name };
  return {
    title: 'Configuration set',
    name,
    command: awsCommand('sesv2 create-configuration-set', where),
    look: async () => {
      const call = { action: 'ses:GetConfigurationSet', resource };
      const found = await orNull(
        aws.ses(call, input, (sdk, asked) => sdk.send(new GetConfigurationSetCommand(asked))),
      );
      if (found === null) return { kind: 'missing' };
      const isOff = found.SendingOptions?.SendingEnabled === false;
      return thereUnless(isOff ? ['sending through it is switched off'] : [], {
        command: awsCommand('sesv2 put-configuration-set-sending-options', {
          ...where,
          'sending-enabled': true,
        }),
      });
    },
    make: async () => {
      const call = { action: 'ses:CreateConfigurationSet', resource };
      await aws.ses(call, { ...input }, (sdk, asked) => sdk.send(new CreateConfigurationSetCommand(asked)));
    },
  };
}

/** What makes SES publish events of the set to the topic. */
export function eventDestinationStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const { configurationSet, eventDestination: name } = partsOf(plan);
  const { configurationSet: resource, topic } = arnsOf(plan);
  const destination = {
    Enabled: true,
    MatchingEventTypes: [...eventTypes],
    SnsDestination: { TopicArn: topic },
  };
  const optionsOf = (of: string) => ({
    region: plan.region,
    'configuration-set-name': configurationSet,
    'event-destination-name': of,
    'event-destination': destination,
  });
  return {
    title: 'Event destination',
    name,
    command: awsCommand('sesv2 create-configuration-set-event-destination', optionsOf(name)),
    look: async () => {
      const call = { action: 'ses:GetConfigurationSetEventDestinations', resource };
      const input = { ConfigurationSetName: configurationSet };
      const { EventDestinations = [] } =
        (await orNull(
          aws.ses(call, input, (sdk, asked) =>
            sdk.send(new GetConfigurationSetEventDestinationsCommand(asked)),
          ),
        )) ?? {};
      return judge(EventDestinations, {
        name,
        topic,
        commandFor: (of) => awsCommand('sesv2 update-configuration-set-event-destination', optionsOf(of)),
      });
    },
    make: async () => {
      const call = { action: 'ses:CreateConfigurationSetEventDestination', resource };
      const input = {
        ConfigurationSetName: configurationSet,
        EventDestinationName: name,
        EventDestination: destination,
      };
      await aws.ses(call, input, (sdk, asked) =>
        sdk.send(new CreateConfigurationSetEventDestinationCommand(asked)),
      );
    },
  };
}

type Wanted = {
  readonly name: string;
  readonly topic: string;
  readonly commandFor: (name: string) => string;
};

/** Whichever destination leads to the topic counts, whatever it is called. */
function judge(destinations: readonly EventDestination[], { name, topic, commandFor }: Wanted): Found {
  const found =
    destinations.find(({ SnsDestination }) => SnsDestination?.TopicArn === topic) ??
    destinations.find(({ Name }) => Name === name);
  if (found === undefined) return { kind: 'missing' };
  const { Enabled = false, MatchingEventTypes: types = [], SnsDestination } = found;
  const lacking = eventTypes.filter((type) => !types.includes(type));
  const differences = [
    ...(SnsDestination?.TopicArn === topic ? [] : [`it leads to ${SnsDestination?.TopicArn ?? 'no topic'}`]),
    ...(Enabled ? [] : ['it is switched off']),
    ...(lacking.length === 0 ? [] : [`it does not publish ${lacking.join(', ')}`]),
  ];
  return thereUnless(differences, { command: commandFor(found.Name ?? name) });
}
