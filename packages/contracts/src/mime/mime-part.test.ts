import { describe, expect, test } from '@jest/globals';
import { MimeProblem } from './mime-field.ts';
import { type MimePart, readMime } from './mime-part.ts';

const bytesOf = (...lines: readonly string[]) => Buffer.from(lines.join('\r\n'), 'latin1');
const multipart = (boundary: string) => `Content-Type: multipart/mixed; boundary="${boundary}"`;

/** The texts of the parts that have none of their own, in order. */
const textsOf = (bytes: Buffer, { parts, bodyStart, bodyEnd }: MimePart): readonly string[] =>
  parts.length === 0
    ? [bytes.toString('latin1', bodyStart, bodyEnd)]
    : parts.flatMap((part) => textsOf(bytes, part));

describe('the parts of a message', () => {
  test.each([
    ['begin at the first line of the body', ['--b', '', 'one', '--b--', 'after']],
    ['begin behind a preamble', ['before --b', '--b', '', 'one', '--b--']],
    ['end where the message does', ['--b  ', '', 'one']],
    ['end at a boundary that is the last of the message', ['--b', '', 'one', '--b']],
  ])('%s', (_what, lines) => {
    const bytes = bytesOf(multipart('b'), '', ...lines);
    expect(textsOf(bytes, readMime(bytes))).toEqual(['one']);
  });

  test('are parted by whole lines alone', () => {
    const bytes = bytesOf(multipart('b'), '', '--b', '', '--bb', 'x--b', '--b x', '--b', '', 'two', '--b--');
    expect(textsOf(bytes, readMime(bytes))).toEqual(['--bb\r\nx--b\r\n--b x', 'two']);
  });

  test('that are never closed end with the part that they stand in', () => {
    const inner = [multipart('i'), '', '--i', '', 'one'];
    const bytes = bytesOf(multipart('o'), '', '--o', ...inner, '--o', '', 'two', '--i', '', 'not', '--o--');
    expect(textsOf(bytes, readMime(bytes))).toEqual(['one', 'two\r\n--i\r\n\r\nnot']);
  });

  test('are not looked for in line after line that begins like a boundary', () => {
    const dashes = '-'.repeat(70);
    const message = (near: number) =>
      bytesOf(multipart(dashes), '', `--${dashes}`, '', ...Array(near).fill('-'.repeat(300)));
    expect(readMime(message(10_000)).parts).toHaveLength(1);
    expect(() => readMime(message(10_001))).toThrow(MimeProblem);
  });
});

describe('the headers of a message', () => {
  const problemOf = (bytes: Buffer) => {
    try {
      return readMime(bytes) && null;
    } catch (error) {
      return error instanceof MimeProblem ? error.message : error;
    }
  };
  const field = (folds: number) => `A: x${'\r\n x'.repeat(folds)}`;

  test('have 128 KiB each, however they are folded', () => {
    expect(problemOf(bytesOf(field(32_766), '', ''))).toBeNull();
    expect(problemOf(bytesOf(field(32_767), '', ''))).toBe('a header is larger than 128 KiB');
  });

  test('have 500 fields each', () => {
    expect(problemOf(bytesOf(...Array(500).fill('A: x'), '', ''))).toBeNull();
    expect(problemOf(bytesOf(...Array(501).fill('A: x'), '', ''))).toBe('a header has more than 500 fields');
  });

  test('have 1 MiB together', () => {
    const parts = (count: number) =>
      bytesOf(multipart('b'), '', ...Array(count).fill(['--b', field(16_000), '', 'x'].join('\r\n')));
    expect(problemOf(parts(15))).toBeNull();
    expect(problemOf(parts(17))).toBe('its headers are larger than 1 MiB together');
  });
});

test.each([
  [5, 6_000_000, 1],
  [6, 6_000_000, null],
  [19, 500_000, 1],
])('%d multiparts around %d bytes: %p parts', (depth, bytes, parts) => {
  const names = Array.from({ length: depth }, (_, at) => `b${at}`);
  const head = names.flatMap((name) => [multipart(name), '', `--${name}`]);
  const message = bytesOf(...head, '', 'x'.repeat(bytes));
  if (parts === null) expect(() => readMime(message)).toThrow(MimeProblem);
  else expect(textsOf(message, readMime(message))).toHaveLength(parts);
});
