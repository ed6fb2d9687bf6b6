import { issuesOf } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import type { z } from 'zod';

/** Parses one part of a request; what does not fit is answered with 400 and every issue. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  const [first] = issues;
  const where = first?.path ? `${first.path} ` : 'the request ';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  throw new PostroomError('validation_failed', `${where}${first?.message ?? 'is not valid'}${more}`, {
    details: { issues },
  });
}
