import { expect, test } from '@jest/globals';
import { headerNameProblem, isWrittenAnew } from './message-headers.ts';

test('what other products may leave out is refused of our own, and what names who or what is not left out', () => {
  const anew = ['Date', 'MESSAGE-ID', 'Mime-Version', 'content-type', 'Content-X', 'Received', 'Return-Path'];
  expect(anew.map(isWrittenAnew)).toEqual(anew.map(() => true));
  expect(anew.map(headerNameProblem)).not.toContain(null);
  const others = ['From', 'To', 'Sender', 'Subject', 'DKIM-Signature', 'X-SES-A', 'X-Date', 'Received-SPF'];
  expect(others.map(isWrittenAnew)).toEqual(others.map(() => false));
});
