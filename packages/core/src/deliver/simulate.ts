import type { OutgoingMessage, ProviderOutcome } from '../send/provider-outcome.ts';

/** Addresses at this domain simulate their outcome for test keys. */
const simulatorDomain = 'simulator.postroom.test';

/**
 * What a test key's send comes to: SES is never called. `fail@simulator.postroom.test` is rejected; every
 * other address is accepted. Bounces and complaints come after acceptance, as with SES.
 */
export function simulateProvider(message: OutgoingMessage): ProviderOutcome {
  const recipients = [...message.to, ...message.cc, ...message.bcc];
  if (recipients.some(({ email }) => email.toLowerCase() === `fail@${simulatorDomain}`)) {
    return {
      kind: 'rejected',
      error: { code: 'SimulatedRejection', message: 'the simulator rejects this address', httpStatus: null },
    };
  }
  return { kind: 'accepted', providerMessageId: `simulated-${message.sendId}-${message.attempt}` };
}

/** The delivery that a simulated send is given afterwards, or null for none. */
export function simulatedDelivery(recipient: string): 'delivered' | 'bounced' | 'complained' {
  const email = recipient.toLowerCase();
  if (email === `bounce@${simulatorDomain}`) return 'bounced';
  if (email === `complaint@${simulatorDomain}`) return 'complained';
  return 'delivered';
}
