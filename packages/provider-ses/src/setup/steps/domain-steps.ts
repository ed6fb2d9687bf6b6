import {
  CreateEmailIdentityCommand,
  GetEmailIdentityCommand,
  PutEmailIdentityMailFromAttributesCommand,
} from '@aws-sdk/client-sesv2';
import type { AwsAccount } from '../aws-account.ts';
import { orNull } from '../aws-call-error.ts';
import { awsCommand } from '../aws-command.ts';
import { arnsOf, type SetupPlan } from '../setup-plan.ts';
import { type SetupStep, there } from '../setup-step.ts';

/** What SES says of the plan's domain; null: it does not know it. */
export function getDomain(aws: AwsAccount, plan: SetupPlan) {
  const call = { action: 'ses:GetEmailIdentity', resource: arnsOf(plan).identity };
  return orNull(
    aws.ses(call, { EmailIdentity: plan.domain }, (sdk, input) =>
      sdk.send(new GetEmailIdentityCommand(input)),
    ),
  );
}

/** The identity of the domain, signed by SES's own keys (Easy DKIM). */
export function domainStep(aws: AwsAccount, plan: SetupPlan): SetupStep {
  const input = { EmailIdentity: plan.domain };
  return {
    title: 'Domain',
    name: plan.domain,
    command: awsCommand('sesv2 create-email-identity', {
      region: plan.region,
      'email-identity': plan.domain,
    }),
    look: async () => ((await getDomain(aws, plan)) === null ? { kind: 'missing' } : there()),
    make: async () => {
      const call = { action: 'ses:CreateEmailIdentity', resource: arnsOf(plan).identity };
      await aws.ses(call, input, (sdk, asked) => sdk.send(new CreateEmailIdentityCommand(asked)));
    },
  };
}

/** The MAIL FROM domain, with which SPF is the domain's own. Until its records are there, SES's own is used. */
export function mailFromStep(
  aws: AwsAccount,
  plan: SetupPlan,
  { domain: mailFrom, isChosen }: NonNullable<SetupPlan['mailFrom']>,
): SetupStep {
  const input = {
    EmailIdentity: plan.domain,
    MailFromDomain: mailFrom,
    BehaviorOnMxFailure: 'USE_DEFAULT_VALUE',
  } as const;
  const command = awsCommand('sesv2 put-email-identity-mail-from-attributes', {
    region: plan.region,
    'email-identity': plan.domain,
    'mail-from-domain': mailFrom,
    'behavior-on-mx-failure': 'USE_DEFAULT_VALUE',
  });
  return {
    title: 'MAIL FROM',
    name: mailFrom,
    command,
    look: async () => {
      const { MailFromDomain } = (await getDomain(aws, plan))?.MailFromAttributes ?? {};
      if (MailFromDomain === undefined || MailFromDomain === '') return { kind: 'missing' };
      if (MailFromDomain === mailFrom) return there();
      return isChosen
        ? { kind: 'differs', differences: [`${plan.domain} has ${MailFromDomain}`], command }
        : there(`${plan.domain} has ${MailFromDomain}, which stays`);
    },
    make: async () => {
      const call = { action: 'ses:PutEmailIdentityMailFromAttributes', resource: arnsOf(plan).identity };
      await aws.ses(call, input, (sdk, asked) =>
        sdk.send(new PutEmailIdentityMailFromAttributesCommand(asked)),
      );
    },
  };
}
