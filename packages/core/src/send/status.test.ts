import { expect, test } from '@jest/globals';
import { sendStatuses } from '@postroom/contracts';
import { mayMove, terminalStatuses } from './status.ts';

const allowed = [
  'Scheduled>Queued',
  'Scheduled>Canceled',
  'Queued>Processing',
  'Queued>Canceled',
  'Processing>Sent',
  'Processing>Failed',
  'Processing>Skipped',
  'Processing>Queued',
  'Failed>Queued',
];

test('a status moves only along the edges of the machine', () => {
  const found = sendStatuses.flatMap((from) =>
    sendStatuses.filter((to) => mayMove(from, to)).map((to) => `${from}>${to}`),
  );
  expect(found.toSorted()).toEqual(allowed.toSorted());
});

test('nothing leaves a terminal status but a failed send that is retried by hand', () => {
  const left = terminalStatuses.flatMap((from) => sendStatuses.filter((to) => mayMove(from, to)));
  expect(left).toEqual(['Queued']);
});
