import { GetAccountCommand } from '@aws-sdk/client-sesv2';
import { type DnsRecord, type SesIdentity, toSesIdentity } from '../identities/ses-identity.ts';
import type { AwsAccount } from './aws-account.ts';
import type { SetupPlan } from './setup-plan.ts';
import { getDomain } from './steps/domain-steps.ts';

/** What of an account decides whether mail goes out. */
export type AccountState = {
  /** In the sandbox SES delivers to verified addresses, and to its simulator, alone. */
  readonly isSandbox: boolean;
  /** Why nothing goes out at all, null: it does. */
  readonly isStopped: 'suspended' | 'sending is switched off' | null;
  readonly perSecond: number;
  readonly perDay: number;
  /** Recipients of the last 24 hours. */
  readonly sentLastDay: number;
};

/** Asks SES about the account in this region. */
export async function getAccountState(aws: AwsAccount): Promise<AccountState> {
  const call = { action: 'ses:GetAccount', resource: '*' };
  const account = await aws.ses(call, {}, (sdk, input) => sdk.send(new GetAccountCommand(input)));
  const { ProductionAccessEnabled, SendingEnabled, EnforcementStatus, SendQuota } = account;
  const off = SendingEnabled === false ? 'sending is switched off' : null;
  return {
    isSandbox: ProductionAccessEnabled === false,
    isStopped: EnforcementStatus === 'SHUTDOWN' ? 'suspended' : off,
    perSecond: SendQuota?.MaxSendRate ?? 0,
    perDay: SendQuota?.Max24HourSend ?? 0,
    sentLastDay: SendQuota?.SentLast24Hours ?? 0,
  };
}

/** A record of the domain's DNS; a mail exchanger is needed by the MAIL FROM domain alone. */
export type SetupRecord = Omit<DnsRecord, 'type' | 'purpose'> & {
  readonly type: DnsRecord['type'] | 'MX';
  readonly purpose: DnsRecord['purpose'] | 'mail from';
};

/** The domain as SES sees it, with every record that belongs to it; null: SES does not know it in this region. */
export async function getDomainState(
  aws: AwsAccount,
  plan: SetupPlan,
): Promise<{ readonly status: SesIdentity['status']; readonly records: readonly SetupRecord[] } | null> {
  const answer = await getDomain(aws, plan);
  if (answer === null) return null;
  const { status, dnsRecords } = toSesIdentity(plan.domain, answer);
  const { MailFromDomain, BehaviorOnMxFailure } = answer.MailFromAttributes ?? {};
  const isRequired = BehaviorOnMxFailure === 'REJECT_MESSAGE';
  return { status, records: [...dnsRecords, ...mailFromRecords(MailFromDomain, plan.region, isRequired)] };
}

/** SES developer guide, "Using a custom MAIL FROM domain". */
function mailFromRecords(name: string | undefined, region: string, isRequired: boolean): SetupRecord[] {
  if (name === undefined || name === '') return [];
  const shared = { name, purpose: 'mail from', isRequired } as const;
  return [
    { ...shared, type: 'MX', value: `10 feedback-smtp.${region}.amazonses.com` },
    { ...shared, type: 'TXT', value: 'v=spf1 include:amazonses.com ~all' },
  ];
}
