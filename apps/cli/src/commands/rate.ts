import { SendRateStore } from '@postroom/db';
import { readArguments } from '../arguments.ts';
import { UsageProblem } from '../problem.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';

/** Recipients per second; an account in the sandbox has 1, and no account has anything like the largest. */
const bounds = { least: 0.1, most: 100_000 } as const;

/** `postroom rate`: shows, sets or takes back the rate of all workers, while they run. */
export async function rate(args: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals } = readArguments({ args: [...args], options: {}, allowPositionals: true });
  const [wanted] = positionals;
  if (positionals.length > 1) throw new UsageProblem('rate takes one number, or auto.');
  if (wanted === undefined) return show(terminal);
  const recipientsPerSecond = wanted === 'auto' ? null : readRate(wanted);
  return withDatabase(async ({ prisma }) => {
    await new SendRateStore(prisma).set(recipientsPerSecond);
    terminal.line(
      recipientsPerSecond === null
        ? 'Taken back: within two seconds workers go by SES_MAX_SEND_RATE, or by what SES says of the account.'
        : `Within two seconds all workers together send to at most ${recipientsPerSecond} recipients per second.`,
    );
    return 0;
  });
}

function readRate(text: string): number {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.least && value <= bounds.most) return value;
  throw new UsageProblem(
    `rate takes recipients per second from ${bounds.least} to ${bounds.most}, or auto, not "${text}".`,
  );
}

const show = (terminal: Terminal): Promise<number> =>
  withDatabase(async ({ prisma }) => {
    const set = await new SendRateStore(prisma).find();
    terminal.line(
      set === null
        ? 'None is set: workers go by SES_MAX_SEND_RATE, or by what SES says of the account.'
        : `${set.recipientsPerSecond} recipients per second, set at ${set.setAt.toISOString()}.`,
    );
    return 0;
  });
