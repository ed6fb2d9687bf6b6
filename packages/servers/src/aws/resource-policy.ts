import * as z from 'zod';
import { decideByPolicy, statementSchema } from '../ses/iam-policy.ts';

const principalSchema = z.union([
  z.literal('*'),
  z.record(
    z.string(),
    z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat()),
  ),
]);
const statement = statementSchema.extend({ Principal: principalSchema });

const schema = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']),
  Id: z.string().optional(),
  Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
});

/** A service of AWS that wants to reach a topic or a queue on behalf of `sourceArn`. */
export type ServiceRequest = {
  readonly service: 'ses' | 'sns';
  readonly action: string;
  readonly resource: string;
  readonly sourceArn: string;
  readonly sourceAccount: string;
};

/** Whether the text is a policy that a topic or a queue would take. */
export function isResourcePolicy(text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Whether the policy of a topic or a queue lets that service in; without a policy it lets none. */
export function letsServiceIn(text: string | undefined, request: ServiceRequest): boolean {
  if (text === undefined || text === '') return false;
  const { Statement } = schema.parse(JSON.parse(text));
  const principal = `${request.service}.amazonaws.com`;
  const about = Statement.filter(({ Principal }) => {
    return Principal === '*' || Principal.Service?.includes(principal) || Principal.AWS?.includes('*');
  });
  const context = {
    'aws:SourceArn': [request.sourceArn],
    'aws:SourceAccount': [request.sourceAccount],
    'aws:PrincipalService': [principal],
  };
  return decideByPolicy({ Version: '2012-10-17', Statement: about }, { ...request, context }) === 'allowed';
}
