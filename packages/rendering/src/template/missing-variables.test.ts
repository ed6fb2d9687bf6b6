import { expect, test } from '@jest/globals';
import { missingVariables } from './missing-variables.ts';
import { formatPath } from './variable-path.ts';

test('what is undefined or null is missing, in the order of the list', () => {
  const data = { a: null, user: { name: null } };
  expect(missingVariables(['user.name', 'b', 'a', 'user.id'], data)).toEqual([
    'user.name',
    'b',
    'a',
    'user.id',
  ]);
});

test('what is empty, zero or false is there', () => {
  expect(missingVariables(['a', 'b', 'c', 'd'], { a: '', b: 0, c: false, d: [] })).toEqual([]);
});

test('paths go through objects, lists and bracketed names', () => {
  const data = { items: [{ id: 1 }], user: { 'first name': 'Ann', 'a.b': 1 } };
  const paths = ['items.0.id', 'items.length', 'user.[first name]', 'user.[a.b]', 'items.1.id'];
  expect(missingVariables(paths, data)).toEqual(['items.1.id']);
});

test('names with brackets are found as they are written', () => {
  const data = { 'price [EUR]': '5', prices: { 'EUR [net]': '4' } };
  const paths = [['price [EUR]'], ['prices', 'EUR [net]'], ['price [USD]']].map(formatPath);
  expect(missingVariables(paths, data)).toEqual(['[price [USD]]]']);
});

test('prototypes give nothing', () => {
  const paths = ['toString', 'constructor.name', 'list.map', 'name.trim'];
  expect(missingVariables(paths, { list: [], name: 'Ann' })).toEqual(paths);
});

test('data that is no object lacks everything', () => {
  expect(missingVariables(['a'], null)).toEqual(['a']);
  expect(missingVariables(['a.b'], { a: 'text' })).toEqual(['a.b']);
});
