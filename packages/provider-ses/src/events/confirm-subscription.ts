import type { SnsMessage } from './sns-message.ts';
import { parseTopicArn } from './topic-arn.ts';

/** A verified message by which SNS asks whether the endpoint wants the topic. */
export type SubscriptionConfirmation = Extract<SnsMessage, { Type: 'SubscriptionConfirmation' }>;

/** Whether the subscription is confirmed; SNS asks again when it is not. */
export type ConfirmationOutcome =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'failed'; readonly reason: string };

const defaultTimeoutMs = 5_000;

/**
 * The `ConfirmSubscription` call (SNS API) made of the topic's own region and the token. The
 * message's `SubscribeURL` is never used: it could lead anywhere.
 */
export function confirmationUrl(topicArn: string, token: string): URL | null {
  const topic = parseTopicArn(topicArn);
  if (topic === null) return null;
  const url = new URL(`https://${topic.host}/`);
  url.searchParams.set('Action', 'ConfirmSubscription');
  url.searchParams.set('TopicArn', topicArn);
  url.searchParams.set('Token', token);
  return url;
}

/** Confirms a subscription whose message was verified first. Never rejects. */
export async function confirmSubscription(
  message: SubscriptionConfirmation,
  deps: { readonly fetch: typeof globalThis.fetch; readonly timeoutMs?: number | undefined },
): Promise<ConfirmationOutcome> {
  const url = confirmationUrl(message.TopicArn, message.Token);
  if (url === null) return { kind: 'failed', reason: 'The topic is not an SNS ARN.' };
  try {
    const response = await deps.fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(deps.timeoutMs ?? defaultTimeoutMs),
    });
    await response.body?.cancel();
    if (response.status === 200) return { kind: 'confirmed' };
    return { kind: 'failed', reason: `SNS answered with status ${response.status}.` };
  } catch {
    // The cause names the URL, and the URL holds the token.
    return { kind: 'failed', reason: 'SNS could not be reached.' };
  }
}
