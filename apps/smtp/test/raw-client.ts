import type { RawSmtp } from '@postroom/testkit';

/** Brings a message of a sender that is verified, to somebody. */
export const bring = (
  client: RawSmtp,
  message: string,
  to: readonly string[] = ['jane@b.test'],
): Promise<string> => client.bring(message, { from: 'hello@acme.test', to });

/** A small message as it goes over the wire; what is given replaces a field, or adds one, and `null` takes it away. */
export function aMessage(fields: Readonly<Record<string, string | null>> = {}, body = 'Hello'): string {
  const all = { From: 'Acme <hello@acme.test>', To: 'jane@b.test', Subject: 'Hi', ...fields };
  const head = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [...head, '', body].join('\r\n');
}
