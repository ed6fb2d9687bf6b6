import * as z from 'zod';
import { validationIssueSchema } from '../error.ts';
import { type FieldNames, renamed } from './door-send.ts';

const issuesSchema = z.array(validationIssueSchema);

/** Why a send is refused. */
type Refused = { readonly message: string; readonly details?: Readonly<Record<string, unknown>> };

/**
 * What is found out after a send was read is said by our names, which stand first: puts theirs in their place. What was wrong with
 * it when it was read is said by theirs already.
 */
export function inTheirWords<One extends Refused>(one: One, names: FieldNames): One {
  const issues = issuesSchema.safeParse(one.details?.issues).data ?? [];
  const field = issues[0]?.path ?? /^\w+(?= lacks | [0-9a-f-]{36} is )/.exec(one.message)?.[0] ?? '';
  const isFirst = field !== '' && one.message.startsWith(field);
  const message = isFirst ? renamed(field, names) + one.message.slice(field.length) : one.message;
  if (issues.length === 0) return { ...one, message };
  const told = issues.map(({ path, message: said }) => ({ path: renamed(path, names), message: said }));
  return { ...one, message, details: { ...one.details, issues: told } };
}
