import { freePort, type StoredMessage } from '@postroom/servers';
import { type Env, eventually, type Stack, startTestStack } from '@postroom/testkit';

/** A stack with a door for SMTP, on `port` of 127.0.0.1. */
export type SmtpStack = {
  readonly stack: Stack;
  readonly port: number;
  readonly templateId: string;
  readonly stop: () => Promise<void>;
};

/** Starts both. */
export async function startSmtpStack(env: Env = {}): Promise<SmtpStack> {
  const stack = await startTestStack();
  const port = await freePort();
  await stack.startSmtp(port, env);
  // Its sender may then be a client's.
  const templateId = await stack.makeTemplate();
  return { stack, port, templateId, stop: () => stack.stop() };
}

/** The send that an answer of 250 names. */
export function idIn(answer: string): string {
  const id = /queued as ([0-9a-f-]{36})/.exec(answer)?.[1];
  if (id === undefined) throw new Error(`no id in ${answer}`);
  return id;
}

/** What SES got of a send, once it has. */
export function sentOf({ ses }: Stack, id: string): Promise<StoredMessage> {
  return eventually(
    async () => {
      const [entry] = ses.ledger.entriesOf(id);
      const message = entry === undefined ? null : ses.ledger.message(entry.seq);
      if (message === null) throw new Error('SES has not got it yet');
      return message;
    },
    { what: `SES has ${id}` },
  );
}
