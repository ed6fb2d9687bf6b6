import type { AwsAccount } from './aws-account.ts';
import type { SetupPlan } from './setup-plan.ts';
import type { SetupStep } from './setup-step.ts';
import { configurationSetStep, eventDestinationStep } from './steps/configuration-set-steps.ts';
import { domainStep, mailFromStep } from './steps/domain-steps.ts';
import { policyStep } from './steps/policy-step.ts';
import { deadLettersStep, queueStep } from './steps/queue-steps.ts';
import { subscriptionStep, topicStep } from './steps/topic-steps.ts';

/** All parts of a set-up in the order in which they are made: what another needs comes before it. */
export function setupSteps(aws: AwsAccount, plan: SetupPlan): readonly SetupStep[] {
  return [
    domainStep(aws, plan),
    ...(plan.mailFrom === null ? [] : [mailFromStep(aws, plan, plan.mailFrom)]),
    deadLettersStep(aws, plan),
    queueStep(aws, plan),
    topicStep(aws, plan),
    subscriptionStep(aws, plan),
    configurationSetStep(aws, plan),
    eventDestinationStep(aws, plan),
    ...(plan.attachTo === null ? [] : [policyStep(aws, plan, plan.attachTo)]),
  ];
}
