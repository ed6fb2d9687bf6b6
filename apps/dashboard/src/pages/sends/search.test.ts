import { expect, test } from '@jest/globals';
import { searchOf, wordsOf } from './search.ts';

const id = '01a227d1-5874-7532-942e-c4f910fa549b';

test.each([
  ['ada@example.com', { to: 'ada@example.com' }],
  ['tag:welcome', { tag: 'welcome' }],
  [`batch:${id}`, { batch_id: id }],
  [`template: ${id}`, { template_id: id }],
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
