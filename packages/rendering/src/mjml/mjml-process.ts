import { setPriority } from 'node:os';
import { answerMjml } from './answer-mjml.ts';

/** Behind whatever else this machine does, and not so far that it stands still on a busy one. */
const niceness = 5;

setPriority(niceness);
process.once('message', (source: string) => {
  const ended = () => process.exit(0);
  void answerMjml(source).then((answer) => process.send?.(answer, ended));
});
// Whose parent is gone has nobody to answer.
process.once('disconnect', () => process.exit(0));
