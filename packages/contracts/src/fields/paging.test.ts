import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as z from 'zod';
import { cursorSchema, encodeCursor } from './paging.ts';

const cursor = cursorSchema(z.string());

test('what a cursor was made of comes back from it', () => {
  const lasts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 });
  fc.assert(
    fc.property(lasts, (last) => {
      fc.pre(!last.includes('\0'));
      expect(cursor.parse(encodeCursor(last))).toBe(last);
    }),
  );
});

test('no other text is a cursor of it', () => {
  fc.assert(
    fc.property(fc.base64String({ minLength: 1, maxLength: 40 }), (text) => {
      const read = cursor.safeParse(text);
      if (read.success) expect(encodeCursor(read.data)).toBe(text);
    }),
  );
});
