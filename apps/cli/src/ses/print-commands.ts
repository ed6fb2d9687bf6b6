import { type AwsAccount, runningPolicy, type SetupPlan, setupSteps } from '@postroom/provider-ses';
import type { Terminal } from '../terminal.ts';
import { policyText } from './show-ses.ts';

/** Prints what makes the same with AWS's command line, from nothing; a shell can run it. */
export function printCommands(run: {
  readonly aws: AwsAccount;
  readonly plan: SetupPlan;
  readonly terminal: Terminal;
}): number {
  const { aws, plan, terminal } = run;
  terminal.line(`# Sets SES up for ${plan.domain} in ${plan.region} of account ${plan.account}.`);
  for (const { title, command } of setupSteps(aws, plan)) {
    terminal.line();
    terminal.line(`# ${title}`);
    terminal.line(command);
  }
  if (plan.attachTo !== null) return 0;
  terminal.line();
  terminal.line('# The rights that API and workers need, for their IAM user or role:');
  terminal.line(policyText(runningPolicy(plan)).replaceAll(/^/gm, '# '));
  return 0;
}
