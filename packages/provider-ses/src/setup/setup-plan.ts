/** What a set-up is about: whose account, where, which domain, and what its parts are called. */
export type SetupPlan = {
  readonly account: string;
  /** `aws`, or another partition of AWS. */
  readonly partition: string;
  readonly region: string;
  readonly domain: string;
  /** The MAIL FROM domain, null: none is set. One that was chosen is not given up for another that the domain has. */
  readonly mailFrom: { readonly domain: string; readonly isChosen: boolean } | null;
  /** The configuration set, and what the names of the other parts begin with. */
  readonly name: string;
  /** Whose rights the policy of the running processes becomes; null: it is shown alone. */
  readonly attachTo: PolicyHolder | null;
};

/** A user or a role of IAM. */
export type PolicyHolder = { readonly kind: 'user' | 'role'; readonly name: string };

/** The name of each part. */
export const partsOf = ({ name }: Pick<SetupPlan, 'name'>) => ({
  configurationSet: name,
  eventDestination: name,
  topic: `${name}-events`,
  queue: `${name}-events`,
  deadLetters: `${name}-events-dead`,
  policy: name,
});

/** The ARN of each part. */
export function arnsOf(plan: SetupPlan) {
  const { account, partition, region, domain, attachTo } = plan;
  const arn = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`;
  const parts = partsOf(plan);
  return {
    identity: arn('ses', `identity/${domain}`),
    configurationSet: arn('ses', `configuration-set/${parts.configurationSet}`),
    topic: arn('sns', parts.topic),
    queue: arn('sqs', parts.queue),
    deadLetters: arn('sqs', parts.deadLetters),
    holder: attachTo === null ? '' : `arn:${partition}:iam::${account}:${attachTo.kind}/${attachTo.name}`,
  };
}
