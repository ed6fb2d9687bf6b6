import type { AwsAccount } from '../aws-account.ts';
import { orNull } from '../aws-call-error.ts';
import { awsCommand } from '../aws-command.ts';
import { runningPolicy } from '../policies.ts';
import { textIn } from '../query-service.ts';
import { arnsOf, type PolicyHolder, partsOf, type SetupPlan } from '../setup-plan.ts';
import { type SetupStep, thereUnless } from '../setup-step.ts';

/** The rights of the running processes, as an inline policy of a user or a role that exists. */
export function policyStep(aws: AwsAccount, plan: SetupPlan, { kind, name }: PolicyHolder): SetupStep {
  const { policy: policyName } = partsOf(plan);
  const { holder: resource } = arnsOf(plan);
  const [Kind, wanted] = [kind === 'user' ? 'User' : 'Role', runningPolicy(plan)] as const;
  const params = { [`${Kind}Name`]: name, PolicyName: policyName };
  const command = awsCommand(`iam put-${kind}-policy`, {
    [`${kind}-name`]: name,
    'policy-name': policyName,
    'policy-document': wanted,
  });
  return {
    title: 'Rights',
    name: `${policyName} of ${kind} ${name}`,
    command,
    look: async () => {
      const call = { action: `iam:Get${Kind}Policy`, resource };
      const xml = await orNull(aws.query(call, params));
      if (xml === null) return { kind: 'missing' };
      const isSame = canonical(decoded(textIn(xml, 'PolicyDocument') ?? '')) === canonical(wanted);
      return thereUnless(isSame ? [] : ['its policy of that name says something else'], { command });
    },
    make: async () => {
      const call = { action: `iam:Put${Kind}Policy`, resource };
      await aws.query(call, { ...params, PolicyDocument: JSON.stringify(wanted) });
    },
  };
}

/** IAM answers a document as it would stand in a URL. */
function decoded(text: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(text));
  } catch {
    return null;
  }
}

/** The same text for the same policy, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
