import * as z from 'zod';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMore)]).default({}),
  Action: oneOrMore.default([]),
  Resource: oneOrMore.default(['*']),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
});

const policySchema = z.object({
  Statement: z.union([statementSchema, z.array(statementSchema)]).transform((value) => [value].flat()),
});

/** A service of AWS that has to reach a topic or a queue, and on whose behalf. */
export type ServiceRequest = {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** Values of condition keys, by their names in small letters. */
  readonly context: Readonly<Record<string, string>>;
};

/**
 * Whether the policy of a topic or a queue lets a service in, whoever wrote it and in whatever form. A condition that is not
 * known here lets nobody in, and keeps nobody out: sending mail through it is the proof.
 */
export function letsServiceIn(policy: string | undefined, request: ServiceRequest): boolean {
  const statements = statementsOf(policy).filter((statement) => isAbout(statement, request));
  return statements.length > 0 && statements.every(({ Effect }) => Effect === 'Allow');
}

type Statement = z.infer<typeof statementSchema>;

function statementsOf(policy: string | undefined): readonly Statement[] {
  try {
    return policySchema.parse(JSON.parse(policy ?? '{}')).Statement;
  } catch {
    return [];
  }
}

function isAbout({ Principal, Action, Resource, Condition }: Statement, request: ServiceRequest): boolean {
  const isOne = (patterns: readonly string[], value: string) =>
    patterns.some((pattern) => isLike(value.toLowerCase(), pattern.toLowerCase()));
  const isNamed =
    Principal === '*' || isOne(Principal.Service ?? [], request.service) || isOne(Principal.AWS ?? [], '*');
  return (
    isNamed &&
    isOne(Action, request.action) &&
    isOne(Resource, request.resource) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) =>
        holds(operator, wanted, request.context[key.toLowerCase()]),
      ),
    )
  );
}

function holds(operator: string, wanted: readonly string[], value: string | undefined): boolean {
  if (value === undefined) return operator.endsWith('IfExists');
  switch (operator.replace(/IfExists$/, '')) {
    case 'StringEquals':
      return wanted.includes(value);
    case 'StringLike':
    case 'ArnEquals':
    case 'ArnLike':
      return wanted.some((pattern) => isLike(value, pattern));
    default:
      return false;
  }
}

function isLike(value: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's').test(value);
}
