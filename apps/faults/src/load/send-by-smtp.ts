import { setTimeout as sleep } from 'node:timers/promises';
import { readSmtpMessage } from '@postroom/contracts';
import { RawSmtp } from '@postroom/testkit';
import type { ClientSend } from '../nouns/client-log.ts';
import { greetingOf, ownTextOf, recipientDomain, type Workspace } from '../nouns/workspace.ts';

/** A message that a client of SMTP is going to send, and what it learns of it. */
export type SmtpWish = {
  readonly log: ClientSend;
  readonly key: string;
  /** As it goes over the wire, without its end. */
  readonly message: string;
};

/** Plans one message: to somebody, a copy, and somebody who is blind. */
export function planMessage(workspace: Workspace, label: string): SmtpWish {
  const name = `${workspace.name}.${label}`;
  const [to, copy, blind] = ['to', 'copy', 'blind'].map((who) => `${who}-${name}@${recipientDomain}`);
  const recipients = [to, copy, blind].map(String);
  const subject = `${greetingOf(workspace)} ${ownTextOf(workspace, label)}`;
  const message = [
    `From: ${workspace.sender}`,
    `To: ${to}`,
    `Cc: ${copy}`,
    `Subject: ${subject}`,
    `Message-ID: <${name}@client.test>`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    subject,
  ].join('\r\n');
  const read = readSmtpMessage(Buffer.from(`${message}\r\n`), { from: workspace.sender, recipients });
  if (read.kind === 'bad') throw new Error(read.reason);
  const log: ClientSend = {
    workspaceId: workspace.id,
    key: `smtp/${read.identity}/0`,
    kind: 'plain',
    from: workspace.sender,
    subject,
    recipients,
    scheduledAtMs: null,
    tries: [],
    cancel: null,
    refusal: null,
    erasure: null,
  };
  return { log, key: workspace.key, message };
}

type Sending = {
  readonly port: number;
  readonly signal: AbortSignal;
  /** Hears of each message that is handed over, and not answered yet. */
  readonly onHanded: () => void;
};

const retryMs = 200;

/** Sends a message the way a mail queue does: on a connection of its own, again and again until the answer is definite. */
export async function sendBySmtp({ log, key, message }: SmtpWish, sending: Sending): Promise<void> {
  while (!sending.signal.aborted) {
    const atMs = Date.now();
    const startedAt = performance.now();
    const answer = await tryOnce({ log, key, message }, sending).catch(String);
    const ms = performance.now() - startedAt;
    const sendId = /^250 .*queued as (\S+)/.exec(answer)?.[1];
    if (sendId !== undefined) {
      log.tries.push({ atMs, ms, kind: 'accepted', sendId, replayed: false });
      return;
    }
    if (answer.startsWith('5')) {
      log.tries.push({ atMs, ms, kind: 'refused', status: Number(answer.slice(0, 3)) });
      return;
    }
    log.tries.push({ atMs, ms, kind: 'unknown', reason: answer });
    await sleep(retryMs, undefined, { signal: sending.signal }).catch(() => undefined);
  }
}

async function tryOnce({ log, key, message }: SmtpWish, { port, onHanded }: Sending): Promise<string> {
  const client = await RawSmtp.open(port);
  try {
    await client.hear();
    const auth = Buffer.from(`\0queue\0${key}`).toString('base64');
    const envelope = log.recipients.map((to) => `RCPT TO:<${to}>`);
    for (const line of [
      'EHLO queue.test',
      `AUTH PLAIN ${auth}`,
      `MAIL FROM:<${log.from}>`,
      ...envelope,
      'DATA',
    ]) {
      const answer = await client.say(line);
      if (!/^[23]/.test(answer)) return answer;
    }
    client.write(`${message}\r\n.\r\n`);
    onHanded();
    const answer = await client.hear();
    return answer === 'closed' ? 'cut off once it was handed over' : answer;
  } finally {
    client.end();
  }
}
