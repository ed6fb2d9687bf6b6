import { issuesOf, maxIssues, type ValidationIssue } from '@postroom/contracts';
import { createPace, PostroomError } from '@postroom/core';
import type { z } from 'zod';

function refuse(issues: readonly ValidationIssue[]): never {
  const [first] = issues;
  const where = first?.path ? `${first.path} ` : 'the request ';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new PostroomError('validation_failed', `${where}${first?.message ?? 'is not valid'}${more}`, {
    details: { issues },
  });
}

/** Parses one part of a request; what does not fit is answered with 400 and its first issues. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : refuse(issuesOf(parsed.error));
}

/** Parses the elements of a list one by one, so that others have their turn of the loop; `name` is the field it is in. */
export async function parseEach<Schema extends z.ZodType>(
  schema: Schema,
  values: readonly unknown[],
  name: string,
): Promise<readonly z.output<Schema>[]> {
  const pace = createPace();
  const results: z.output<Schema>[] = [];
  const issues: ValidationIssue[] = [];
  for (const [index, value] of values.entries()) {
    const parsed = schema.safeParse(value);
    if (parsed.success) results.push(parsed.data);
    else issues.push(...issuesOf(parsed.error, [name, index]));
    if (issues.length >= maxIssues) break;
    await pace();
  }
  return issues.length === 0 ? results : refuse(issues.slice(0, maxIssues));
}
