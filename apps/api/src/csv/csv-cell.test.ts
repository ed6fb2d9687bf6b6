import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvCell, textOfCell } from './csv-cell.ts';

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['=1+1@example.com', "'=1+1@example.com"],
  ['+ada@example.com', "'+ada@example.com"],
  ['-ada@example.com', "'-ada@example.com"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ["'=1@example.com", "''=1@example.com"],
  ["o'hara@example.com", "o'hara@example.com"],
  ['says "no", twice', '"says ""no"", twice"'],
  ['two\r\nlines', '"two\r\nlines"'],
  [' blank ', '" blank "'],
  ['', ''],
])('%j is written as %s', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

const unquoted = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

test('whatever a cell stands for is read back, and never begins as a formula does', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', 'a', '"', ',') }),
      (text) => {
        const read = unquoted(csvCell(text));
        expect(read).not.toMatch(/^[=+\-@\t\r]/);
        expect(textOfCell(read)).toBe(text);
      },
    ),
  );
});
