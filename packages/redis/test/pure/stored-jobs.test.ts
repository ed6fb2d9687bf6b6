import { expect, test } from '@jest/globals';
import { jobIdOf, jobPayloadSchema } from '../../src/jobs/names.ts';
import { webhookJobSchema } from '../../src/jobs/webhook-queue.ts';

/*
 * Jobs as they lie in Redis while one version replaces another, one line for each form that a release has written. A line is
 * never changed: what a worker of this version cannot read waits for the sweeper, and what it writes has to be read by the last.
 */
const sends = [
  {
    since: '0.1.0',
    data: { sendId: '0199aaaa-0000-7000-8000-000000000001', epoch: 0 },
    id: '0199aaaa-0000-7000-8000-000000000001-0',
  },
] as const;
const webhooks = [{ since: '0.1.0', data: { endpointId: '0199aaaa-0000-7000-8000-000000000002' } }] as const;

test.each(sends)('a job of a send as $since writes it is understood, and has the same id', ({ data, id }) => {
  expect(jobPayloadSchema.parse(data)).toEqual(data);
  expect(jobIdOf(jobPayloadSchema.parse(data))).toBe(id);
});

test.each(webhooks)('a job of a webhook as $since writes it is understood', ({ data }) => {
  expect(webhookJobSchema.parse(data)).toEqual(data);
});

test('what is written now is the newest of those forms, so that the version before reads it', () => {
  const newest = sends.at(-1)?.data;
  expect(Object.keys(jobPayloadSchema.shape).sort()).toEqual(Object.keys(newest ?? {}).sort());
  expect(Object.keys(webhookJobSchema.shape)).toEqual(Object.keys(webhooks.at(-1)?.data ?? {}));
});
