import { expect, test } from '@jest/globals';
import { malformed, type Rejection } from '@postroom/core';
import { refusalOf } from './answers.ts';

const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const wrongAt = (path: string): Rejection => malformed([{ path, message: 'is wrong' }]);

test.each<readonly [Rejection, string]>([
  [wrongAt('headers.List-Unsubscribe'), 'List-Unsubscribe is wrong.'],
  [wrongAt('tracking.clicks'), 'X-Postroom-Track-Clicks is wrong.'],
  [wrongAt('subscriptionGroupId'), 'X-Postroom-Group is wrong.'],
  [wrongAt('reply_to'), 'Reply-To is wrong.'],
  [
    { kind: 'rejected', code: 'not_found', message: `templateId ${id} is not a template of this workspace` },
    `X-Postroom-Template ${id} is not a template of this workspace.`,
  ],
  [
    {
      kind: 'rejected',
      code: 'missing_variables',
      message: 'data lacks name, which the template always uses',
    },
    'X-Postroom-Data lacks name, which the template always uses.',
  ],
])('what is found out after a message was read is told by the names that it had: %j', (rejection, told) => {
  expect(refusalOf(rejection).message).toBe(`5.6.0 The message is not taken: ${told}`);
});
