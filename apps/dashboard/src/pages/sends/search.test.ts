import { expect, test } from '@jest/globals';
import { besideOf, filterOf, offeredHours, searchOf, searchOfQuery, wordsOf } from './search.ts';

const id = '01a227d1-5874-7532-942e-c4f910fa549b';
const sesId = `0100018c5d1d5b7a-${id}-000000`;

test.each([
  ['ada@example.com', { to: 'ada@example.com' }],
  ['tag:welcome', { tag: 'welcome' }],
  ['tag-name:order', { tag_name: 'order' }],
  [`batch:${id}`, { batch_id: id }],
  [`template: ${id}`, { template_id: id }],
  [`sender:${id}`, { sender_profile_id: id }],
  ['SES:0100-1', { provider_message_id: '0100-1' }],
  [sesId, { provider_message_id: sesId }],
  [`em_01m8kx2pqse8hb29wncwm6qxbc tag:a`, { id: 'em_01m8kx2pqse8hb29wncwm6qxbc', tag: 'a' }],
  ['cause:No sender: tag:a is no tag', { failure_cause: 'No sender: tag:a is no tag' }],
  [
    'ada@example.com tag:two words cause:Refused',
    { to: 'ada@example.com', tag: 'two words', failure_cause: 'Refused' },
  ],
  ['  ', {}],
])('%s narrows the list', (text, filter) => {
  expect(searchOf(text)).toEqual({ kind: 'filter', filter });
  expect(searchOf(wordsOf(filter))).toEqual({ kind: 'filter', filter });
});

test('an id opens its email, in either form', () => {
  for (const text of [id, 'em_01m8kx2pqse8hb29wncwm6qxbc'])
    expect(searchOf(text)).toEqual({ kind: 'open', id: text });
});

test('what is neither is told what to type', () => {
  expect(searchOf('ada')).toMatchObject({ kind: 'unknown' });
  expect(searchOf('batch:17')).toMatchObject({ kind: 'unknown', problem: 'batch: needs the id of a batch.' });
});

test('the address of the page gives what it knows, and hours become a moment', () => {
  const search = searchOfQuery({ to: 'ada@example.com', since: '1', ...{ other: 'x' } });
  expect(search).toEqual({ to: 'ada@example.com', since: '1' });
  expect(filterOf(search)).toEqual({
    to: 'ada@example.com',
    created_after: expect.stringMatching(/^\d{4}-.*:00\.000Z$/),
  });
});

test.each([
  'abc',
  '1e300',
  '99999999999999999999',
  '-1',
  '-99999999999999',
  '0',
  '2',
  'NaN',
  ' 1',
  'constructor',
])('hours that are not offered narrow nothing: %s', (since) => {
  expect(searchOfQuery({ since, tag: 'a' })).toEqual({ tag: 'a' });
});

test('moments that a link has stay when something else is typed, and are none where they cannot be read', () => {
  const search = searchOfQuery({ to: 'ada@example.com', created_after: '2026-12-01', failed_after: 'x' });
  expect(search).toEqual({ to: 'ada@example.com', created_after: '2026-12-01' });
  expect(Object.entries(besideOf(search)).filter(([, value]) => value)).toEqual([
    ['created_after', '2026-12-01'],
  ]);
});

test('all hours that are offered become a moment', () => {
  for (const since of Object.keys(offeredHours))
    expect(filterOf(searchOfQuery({ since }))).toEqual({ created_after: expect.stringMatching(/Z$/) });
});
