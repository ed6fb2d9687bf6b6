import { PostroomError } from '@postroom/core';
import type { Request, Response } from 'express';
import { wantsPage } from '../http/wants-page.ts';
import { sendPage } from './page.ts';
import { brokenLinkPage } from './unsubscribe-page.ts';

/** The answer to a link that is none, whatever is wrong with it. */
export function answerBroken(request: Request, response: Response): void {
  if (!wantsPage(request)) throw new PostroomError('not_found', 'This link does not work.');
  sendPage(response, 404, brokenLinkPage);
}
