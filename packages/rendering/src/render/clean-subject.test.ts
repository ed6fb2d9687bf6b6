import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanSubject } from './clean-subject.ts';

test('a line break in data cannot begin another header', () => {
  const cleaned = cleanSubject('Hi\r\nBcc: all@example.com\n\0\u2028\u0085x\t');
  expect(cleaned).toEqual({ kind: 'clean', subject: 'Hi Bcc: all@example.com x' });
});

test('no control character is left, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const cleaned = cleanSubject(text);
      return cleaned.kind === 'refused' || !/[\p{Cc}\u2028\u2029]|^\s|\s$/u.test(cleaned.subject);
    }),
  );
});

test('998 characters are a subject, 999 and none at all are not', () => {
  expect(cleanSubject('x'.repeat(998))).toMatchObject({ kind: 'clean' });
  expect(cleanSubject('x'.repeat(999))).toEqual({
    kind: 'refused',
    reason: 'subject rendered to 999 characters, more than 998',
  });
  expect(cleanSubject(' \r\n ')).toEqual({ kind: 'refused', reason: 'subject rendered to nothing' });
});

test.each(['\u200b', '\u00a0\u3000', '\u2060\u00ad', '\u3164'])('what nobody sees is nothing: %j', (text) => {
  expect(cleanSubject(text)).toEqual({ kind: 'refused', reason: 'subject rendered to nothing' });
});

test('half of a surrogate pair, which a helper may cut out of data, is replaced', () => {
  expect(cleanSubject(`Hi ${'😀'.charAt(0)}`)).toEqual({ kind: 'clean', subject: 'Hi \ufffd' });
});
