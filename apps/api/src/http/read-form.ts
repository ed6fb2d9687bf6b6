import { PostroomError } from '@postroom/core';
import type { Request } from 'express';
import { readBody } from './read-body.ts';

const formType = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** Reads what a form of a page sent, of at most `limitBytes`. */
export async function readForm(request: Request, limitBytes: number): Promise<URLSearchParams> {
  // What is too large is refused as that, whatever it is.
  const body = await readBody(request, limitBytes);
  if (!formType.test(request.header('content-type') ?? '')) {
    throw new PostroomError(
      'unsupported_media_type',
      'Send the body as content-type: application/x-www-form-urlencoded.',
    );
  }
  return new URLSearchParams(body.toString('utf8'));
}
