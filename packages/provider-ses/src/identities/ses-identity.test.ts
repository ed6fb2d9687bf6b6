import { describe, expect, test } from '@jest/globals';
import { type IdentityAnswer, toSesIdentity } from './ses-identity.ts';

const statusOf = (identity: string, answer: IdentityAnswer) => toSesIdentity(identity, answer).status;
const verified = { VerifiedForSendingStatus: true } as const;
const proven = { ...verified, VerificationStatus: 'SUCCESS', DkimAttributes: { Status: 'SUCCESS' } } as const;

describe('a domain', () => {
  test.each([
    ['SUCCESS', 'verified'],
    ['TEMPORARY_FAILURE', 'pending'],
    ['NOT_STARTED', 'pending'],
    // SES counts a subdomain as verified through its parent.
    ['PENDING', 'pending'],
    ['FAILED', 'failed'],
    [undefined, 'pending'],
  ] as const)('that SES sends from, its own DKIM records %s, is %s', (Status, status) => {
    const DkimAttributes = Status === undefined ? {} : { Status };
    expect(statusOf('news.shop.example', { ...proven, DkimAttributes })).toBe(status);
  });

  test.each([
    ['SUCCESS', 'verified'],
    ['TEMPORARY_FAILURE', 'pending'],
    ['NOT_STARTED', 'pending'],
    ['PENDING', 'pending'],
    ['FAILED', 'failed'],
    // As a creation is answered: what SES may send from, it has verified.
    [undefined, 'verified'],
  ] as const)(
    'with DKIM records that are found, its verification %s, is %s',
    (VerificationStatus, status) => {
      const answer = { ...verified, DkimAttributes: { Status: 'SUCCESS' } } as const;
      expect(
        statusOf(
          'shop.example',
          VerificationStatus === undefined ? answer : { ...answer, VerificationStatus },
        ),
      ).toBe(status);
    },
  );

  test('that SES does not send from is pending, whatever its DKIM records', () => {
    expect(statusOf('shop.example', { ...proven, VerifiedForSendingStatus: false })).toBe('pending');
    expect(statusOf('shop.example', {})).toBe('pending');
  });

  test.each([
    ['REJECT_MESSAGE', 'SUCCESS', 'verified'],
    ['REJECT_MESSAGE', 'PENDING', 'pending'],
    ['REJECT_MESSAGE', 'TEMPORARY_FAILURE', 'pending'],
    ['REJECT_MESSAGE', 'FAILED', 'failed'],
    ['USE_DEFAULT_VALUE', 'FAILED', 'verified'],
  ] as const)(
    'whose MAIL FROM domain is to %s and %s is %s, since SES refuses its mail or does not',
    (BehaviorOnMxFailure, MailFromDomainStatus, status) => {
      const MailFromAttributes = {
        MailFromDomain: 'bounces.shop.example',
        BehaviorOnMxFailure,
        MailFromDomainStatus,
      };
      expect(statusOf('shop.example', { ...proven, MailFromAttributes })).toBe(status);
    },
  );
});

test('an address stands for itself, whatever the DKIM records of its domain', () => {
  const DkimAttributes = { Status: 'PENDING' } as const;
  expect(statusOf('me@shop.example', { ...verified, DkimAttributes })).toBe('verified');
});
