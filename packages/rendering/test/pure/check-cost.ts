import { checkOf } from '../../src/template/check-template.ts';
import { largestTemplates } from './largest-templates.ts';

/** Checks the templates named, and prints of each the most CPU time, in milliseconds, that one turn of the loop took. */
for (const name of process.argv.slice(2)) {
  const template = largestTemplates[name];
  if (template === undefined) throw new Error(`there is no template ${name}`);
  const steps = checkOf(template);
  let most = 0;
  for (let done = false; !done; ) {
    const before = process.cpuUsage();
    done = steps.next().done === true;
    const { user, system } = process.cpuUsage(before);
    most = Math.max(most, (user + system) / 1_000);
  }
  process.stdout.write(`${JSON.stringify({ name, most })}\n`);
}
