import type { GetEmailIdentityCommandOutput } from '@aws-sdk/client-sesv2';

/** One DNS record to publish; the mail goes out without those that are not required. */
export type DnsRecord = {
  readonly type: 'CNAME' | 'TXT';
  readonly name: string;
  readonly value: string;
  readonly purpose: 'dkim' | 'dmarc';
  readonly isRequired: boolean;
};

/** A sender identity as SES sees it; an address has no DNS records. */
export type SesIdentity = {
  readonly identity: string;
  readonly status: 'pending' | 'verified' | 'failed';
  readonly dnsRecords: readonly DnsRecord[];
};

/** What `CreateEmailIdentity` and `GetEmailIdentity` both tell (SES API v2). */
export type IdentityAnswer = Pick<
  GetEmailIdentityCommandOutput,
  'VerifiedForSendingStatus' | 'VerificationStatus' | 'DkimAttributes' | 'MailFromAttributes'
>;

const defaultHostedZone = 'dkim.amazonses.com';

/** Reads an identity out of SES's answer, with the Easy DKIM records and a DMARC record that only observes. */
export function toSesIdentity(identity: string, answer: IdentityAnswer): SesIdentity {
  return { identity, status: statusOf(identity, answer), dnsRecords: dnsRecordsOf(identity, answer) };
}

const isAddress = (identity: string) => identity.includes('@');

/**
 * A domain is verified by records of its own alone: SES says of a subdomain that it is verified as soon as its parent
 * is (SES, Creating and verifying identities), which proves nothing about who asked for it. Nor does a domain that SES may
 * send from while its DKIM records are not there, not yet or no longer.
 */
function statusOf(identity: string, answer: IdentityAnswer): SesIdentity['status'] {
  const dkim = isAddress(identity) ? undefined : answer.DkimAttributes?.Status;
  const mailFrom = neededMailFromStatus(answer);
  if ([answer.VerificationStatus, dkim, mailFrom].includes('FAILED')) return 'failed';
  const maySend = answer.VerifiedForSendingStatus === true;
  // The answer to a creation does not hold it.
  const verification = answer.VerificationStatus ?? (maySend ? 'SUCCESS' : 'PENDING');
  const isVerified = maySend && (isAddress(identity) || (verification === 'SUCCESS' && dkim === 'SUCCESS'));
  return isVerified && (mailFrom === undefined || mailFrom === 'SUCCESS') ? 'verified' : 'pending';
}

/** Whether the MAIL FROM domain works, if SES refuses mail without it (MailFromDomainNotVerifiedException). */
function neededMailFromStatus({ MailFromAttributes }: IdentityAnswer) {
  const { MailFromDomain, BehaviorOnMxFailure, MailFromDomainStatus } = MailFromAttributes ?? {};
  const isNeeded = Boolean(MailFromDomain) && BehaviorOnMxFailure === 'REJECT_MESSAGE';
  return isNeeded ? (MailFromDomainStatus ?? 'PENDING') : undefined;
}

function dnsRecordsOf(identity: string, answer: IdentityAnswer): DnsRecord[] {
  if (isAddress(identity)) return [];
  const zone = answer.DkimAttributes?.SigningHostedZone ?? defaultHostedZone;
  const dkim = (answer.DkimAttributes?.Tokens ?? []).map(
    (token): DnsRecord => ({
      type: 'CNAME',
      name: `${token}._domainkey.${identity}`,
      value: `${token}.${zone}`,
      purpose: 'dkim',
      isRequired: true,
    }),
  );
  return [
    ...dkim,
    // RFC 7489 section 6.3: `p=none` asks for nothing, but mailbox providers want a record.
    {
      type: 'TXT',
      name: `_dmarc.${identity}`,
      value: 'v=DMARC1; p=none;',
      purpose: 'dmarc',
      isRequired: false,
    },
  ];
}
