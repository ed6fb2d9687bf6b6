import { expected, issuesOf, maxIssues, type ValidationIssue } from '@postroom/contracts';
import { createPace, invalidFields } from '@postroom/core';
import * as z from 'zod';

/** The query of a request that takes no parameters: one that is not known might have asked for something else. */
export const noQuerySchema = z.strictObject({}, expected('query parameters'));

/** Parses one part of a request; what does not fit is answered with 400 and its first issues. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(issuesOf(parsed.error));
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
  if (issues.length === 0) return results;
  throw invalidFields(issues.slice(0, maxIssues));
}
