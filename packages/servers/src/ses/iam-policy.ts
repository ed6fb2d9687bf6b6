import * as z from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** The comparisons of strings and ARNs; what the name begins or ends with is taken off first. */
const comparisons: Readonly<Record<string, (value: string, pattern: string) => boolean>> = {
  StringEquals: (value, pattern) => value === pattern,
  StringEqualsIgnoreCase: (value, pattern) => value.toLowerCase() === pattern.toLowerCase(),
  StringLike: (value, pattern) => isLike(value, pattern),
  ArnEquals: (value, pattern) => isLike(value, pattern),
  ArnLike: (value, pattern) => isLike(value, pattern),
};

const operatorSchema = z
  .string()
  .regex(
    /^(?:ForAllValues:|ForAnyValue:)?(?:String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Not)?(?:Equals|Like))(?:IfExists)?$/,
  );

/** One statement of a policy, read; what it allows is somebody else's. */
export const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: oneOrMore,
  Resource: oneOrMore,
  Condition: z.record(operatorSchema, z.record(z.string(), oneOrMore)).optional(),
});

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Id: z.string().optional(),
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});

type Statement = z.infer<typeof statementSchema>;

/** A policy of IAM for a user or a role, read. */
export type IamPolicy = z.infer<typeof policySchema>;

/** One thing that a caller wants to do. `context` holds the values of condition keys, such as `ses:FromAddress`. */
export type IamRequest = {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
};

/** Reads a policy as it is typed into IAM; throws for one that IAM, or this fake, would not take. */
export function parseIamPolicy(text: string): IamPolicy {
  return policySchema.parse(JSON.parse(text));
}

/**
 * What a policy says of a request (IAM, Policy evaluation logic): a statement that denies wins over all that allow, and
 * what no statement allows is denied.
 */
export function decideByPolicy(policy: IamPolicy, request: IamRequest): 'allowed' | 'denied' | 'not allowed' {
  const matching = policy.Statement.filter((statement) => isAbout(statement, request));
  if (matching.some(({ Effect }) => Effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'not allowed';
}

function isAbout(statement: Statement, { action, resource, context }: IamRequest): boolean {
  return (
    statement.Action.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    statement.Resource.some((pattern) => isLike(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, patterns]) =>
        holds(operator, { values: valuesOf(context, key), patterns }),
      ),
    )
  );
}

/** Names of condition keys are compared without their case. */
function valuesOf(context: IamRequest['context'], key: string): readonly string[] {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1] ?? [];
}

function holds(
  operator: string,
  { values, patterns }: { readonly values: readonly string[]; readonly patterns: readonly string[] },
): boolean {
  const isOptional = operator.endsWith('IfExists') || operator.startsWith('ForAllValues:');
  const isNegated = /(?:String|Arn)Not/.test(operator);
  if (values.length === 0) return isOptional || isNegated;
  const name = operator
    .replace(/^.*:/, '')
    .replace(/IfExists$/, '')
    .replace(/^(String|Arn)Not/, '$1');
  const compare = comparisons[name] ?? (() => false);
  const matches = (value: string) => patterns.some((pattern) => compare(value, pattern)) !== isNegated;
  return operator.startsWith('ForAllValues:') ? values.every(matches) : values.some(matches);
}

function isLike(value: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(value);
}
