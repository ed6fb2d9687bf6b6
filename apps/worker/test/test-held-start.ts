// A process of which the start opens two things, is held until it is told to go on, and would then open a third.
import { runProcess } from '@postroom/process';

setInterval(() => {}, 60_000);
const say = (line: string) => void process.stdout.write(`${line}\n`);

runProcess(() => ({
  service: 'held',
  logLevel: 'info',
  shutdownMs: 60_000,
  start: async ({ closeStack }) => {
    const goneOn = new Promise<void>((resolve) => {
      process.once('message', () => resolve());
    });
    closeStack.defer('first', () => say('closed first'));
    closeStack.defer('second', async () => {
      say('closing second');
      // It goes on in the midst of being closed, if it does.
      await goneOn;
      say('closed second');
    });
    say('held');
    await goneOn;
    closeStack.defer('late', () => say('closed late'));
    say('takes mail');
    return {};
  },
}));
