import { Postroom, type PostroomOptions, type Result, type SendEmailRequest } from '@postroom/client';
import type { TestApi, TestWorkspace } from '../start-api.ts';

/** Where the mail of these tests comes from. */
export const sender = 'newsletter@yourdomain.com';

/** A client of the real API; its waits are real too, so nothing here may be repeated for long. */
export const clientOf = (api: TestApi, { key }: TestWorkspace, options: PostroomOptions = {}) =>
  new Postroom({ apiKey: key, baseUrl: api.origin, ...options });

/** The data of a result, or the error thrown. */
export function dataOf<Answer>({ data, error }: Result<Answer>): Answer {
  if (error !== null) throw error;
  return data;
}

export const anEmail = (overrides: Partial<SendEmailRequest> = {}): SendEmailRequest => ({
  from: sender,
  to: ['alice@example.com'],
  subject: 'Our April newsletter',
  html: '<p>Hello Alice!</p>',
  ...overrides,
});

/** A `fetch` that loses so many answers after the server has given them. */
export function losing(count: number): NonNullable<PostroomOptions['fetch']> {
  let left = count;
  return async (url, init) => {
    const answer = await fetch(url, init);
    if (left === 0) return answer;
    left -= 1;
    await answer.text();
    throw new TypeError('the connection broke');
  };
}
