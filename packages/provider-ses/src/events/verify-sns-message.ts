import { createVerify, type KeyObject } from 'node:crypto';
import type { CertificateStore } from './certificate-store.ts';
import { canonicalString, type SnsMessage } from './sns-message.ts';
import { parseTopicArn } from './topic-arn.ts';

/** Why a message is not believed. Only `certificate_unavailable` may pass when SNS tries again. */
export type SnsRefusal =
  | 'unknown_topic'
  | 'old_signature_version'
  | 'malformed_topic'
  | 'untrusted_certificate_url'
  | 'stale'
  | 'from_the_future'
  | 'certificate_unavailable'
  | 'bad_signature';

/** Whether SNS said this, for a topic that we listen to. */
export type SnsVerification =
  | { readonly kind: 'verified' }
  | { readonly kind: 'refused'; readonly reason: SnsRefusal };

/** What the check needs; `certificates` are asked only for URLs that AWS alone can serve. */
export type VerifySnsDeps = {
  readonly allowedTopicArns: readonly string[];
  readonly certificates: CertificateStore;
  readonly now: () => Date;
  /** '2': signatures of version 1, which are made with SHA-1, are not taken. */
  readonly lowestVersion?: SnsMessage['SignatureVersion'];
  /** A message signed longer ago is a replay; default 1 hour, the longest that SNS retries by default. */
  readonly maxAgeMs?: number | undefined;
};

const defaultMaxAgeMs = 60 * 60 * 1000;
const maxClockLeadMs = 5 * 60 * 1000;
const certificatePathPattern = /^\/SimpleNotificationService-[A-Za-z0-9_-]{1,128}\.pem$/;
const algorithmOf = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' } as const;

/**
 * Checks, in this order, that the topic is one of ours and the version asked for, that the certificate's URL can only be
 * AWS's own, that the message is recent, and that its signature holds. Nothing is fetched before
 * the first three hold.
 */
export async function verifySnsMessage(message: SnsMessage, deps: VerifySnsDeps): Promise<SnsVerification> {
  if (!deps.allowedTopicArns.includes(message.TopicArn)) return refuse('unknown_topic');
  if (message.SignatureVersion < (deps.lowestVersion ?? '1')) return refuse('old_signature_version');
  const topic = parseTopicArn(message.TopicArn);
  if (topic === null) return refuse('malformed_topic');
  if (!isCertificateUrl(message.SigningCertURL, topic.host)) return refuse('untrusted_certificate_url');
  const ageMs = deps.now().getTime() - Date.parse(message.Timestamp);
  if (ageMs > (deps.maxAgeMs ?? defaultMaxAgeMs)) return refuse('stale');
  if (ageMs < -maxClockLeadMs) return refuse('from_the_future');
  const { certificates } = deps;
  const key = await certificates.keyOf(message.SigningCertURL).catch(() => null);
  if (key === null) return refuse('certificate_unavailable');
  if (!isSignedBy(key, message)) return refuse('bad_signature');
  certificates.believe(message.SigningCertURL);
  return { kind: 'verified' };
}

/** Compares the text itself: a URL parser would quietly mend a port, a user or a backslash away. */
function isCertificateUrl(url: string, host: string): boolean {
  const origin = `https://${host}`;
  return url.startsWith(origin) && certificatePathPattern.test(url.slice(origin.length));
}

function isSignedBy(key: KeyObject, message: SnsMessage): boolean {
  try {
    return createVerify(algorithmOf[message.SignatureVersion])
      .update(canonicalString(message), 'utf8')
      .verify(key, message.Signature, 'base64');
  } catch {
    return false;
  }
}

function refuse(reason: SnsRefusal): SnsVerification {
  return { kind: 'refused', reason };
}
