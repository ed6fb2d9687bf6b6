import { expect, test } from '@jest/globals';
import type { Erasure } from '../../src/nouns/client-log.ts';
import type { ErasureFact, Facts } from '../../src/nouns/facts.ts';
import { anAttempt, anEntry, aRow, aRun, aSend, aWish, brokenIn, type SendFacts, startMs } from './a-run.ts';
import { accepted } from './sends.ts';

const doneAtMs = startMs + 500;
const [email, other] = ['k1@recipients.example', 'k2@recipients.example'];
const [text, otherText] = ['leakmark-first-k1.', 'leakmark-first-k2.'];

const anErasure = (overrides: Partial<Erasure> = {}): Erasure => ({
  email,
  is: 'recipient',
  by: 'email',
  answered: { atMs: startMs + 30, ms: 5, status: 201 },
  id: 'erasure-1',
  ...overrides,
});

const erased = (overrides: Partial<SendFacts> = {}, erasure: Partial<Erasure> = {}) =>
  aSend({
    wish: aWish({ subject: `Hello first ${text}`, erasure: anErasure(erasure) }),
    ledger: [anEntry({ subject: `Hello first ${text}` })],
    ...overrides,
  });

/** Somebody else's, who has sent no erasure. */
const ofAnother = aSend({
  wish: aWish({
    key: 'k2',
    subject: `Hello first ${otherText}`,
    recipients: [other],
    tries: [accepted('send-2')],
  }),
  row: aRow({ id: 'send-2', key: 'k2', status: 'Skipped', delivery: null, attempts: 0, attemptsSpent: 0 }),
  attempts: [],
  changes: [],
  events: [],
  ledger: [],
});

const done: ErasureFact = { id: 'erasure-1', stage: 'done', finishedAtMs: doneAtMs };

const wordsOf = (words: readonly string[], table = 'email_sends'): Facts['words'] => ({
  inSends: new Set(words),
  anywhere: new Map(words.map((word) => [word, table])),
});

const runOf = (send: SendFacts, overrides: Partial<Facts> = {}) =>
  aRun([send], { erasures: [done], words: wordsOf([]), ...overrides });

const canceled: Partial<SendFacts> = {
  row: aRow({
    status: 'Canceled',
    delivery: null,
    attempts: 0,
    attemptsSpent: 0,
    failureMessage: 'The recipient was erased.',
  }),
  attempts: [],
  changes: [],
  events: [],
  ledger: [],
};

test('a person who was erased after the mail, or before it, is no violation', () => {
  expect(brokenIn(runOf(erased()))).toEqual([]);
  expect(brokenIn(runOf(erased(canceled)))).toEqual([]);
});

test.each([
  ['whose address stands in a table', email],
  ['of whose mail the words stand in a table', text],
])('a person %s', (_what, word) => {
  expect(brokenIn(runOf(erased(), { words: wordsOf([word], 'send_facets') }))).toEqual(['erasing']);
});

test.each([
  ['that is not done', [{ ...done, stage: 'in_hand', finishedAtMs: null }], {}],
  ['of which there is nothing', [], {}],
  ['that was turned down', [done], { id: null, answered: { atMs: startMs, ms: 1, status: 403 } }],
])('an erasure %s', (_what, erasures, erasure) => {
  expect(brokenIn(runOf(erased({}, erasure), { erasures }))).toEqual(['erasing']);
});

test('mail to a person whose erasure is done', () => {
  const late = erased({ ledger: [anEntry({ subject: `Hello first ${text}`, at: doneAtMs + 1 })] });
  expect(brokenIn(runOf(late))).toContain('erasing');
});

test('mail that was canceled because its person was erased, and that SES has all the same', () => {
  const send = erased({ ...canceled, ledger: [anEntry({ subject: `Hello first ${text}` })] });
  expect(brokenIn(runOf(send))).toEqual(expect.arrayContaining(['I4', 'I17']));
});

test('a send of an erased person that is neither sent nor canceled is lost', () => {
  const row = aRow({
    status: 'Failed',
    failureClass: 'rendering',
    failureMessage: 'no data',
    delivery: null,
  });
  const attempts = [anAttempt({ outcome: 'failed' })];
  expect(brokenIn(runOf(erased({ ...canceled, row, attempts })))).toContain('I4');
});

const beside = (words: readonly string[]) =>
  aRun([erased(canceled), ofAnother], { erasures: [done], words: wordsOf(words) });

test.each([
  ['the address', [otherText]],
  ['what is said', [other]],
])('a send to somebody else that lost %s', (_what, words) => {
  expect(brokenIn(beside(words))).toContain('erasing');
  expect(brokenIn(beside([other, otherText]))).not.toContain('erasing');
});

test('a copy goes without whom was erased, and with nobody else missing', () => {
  const copies = ['copy@recipients.example', 'blind@recipients.example'];
  const run = (cc: readonly string[]) =>
    runOf(
      erased({
        wish: aWish({
          subject: `Hello first ${text}`,
          recipients: [email, ...copies],
          erasure: anErasure({ email: 'copy@recipients.example', is: 'copy' }),
        }),
        ledger: [anEntry({ subject: `Hello first ${text}`, cc: [...cc] })],
      }),
      { words: wordsOf([email, text]) },
    );
  expect(brokenIn(run(['blind@recipients.example']))).toEqual([]);
  expect(brokenIn(run(copies))).toEqual([]);
  expect(brokenIn(run(['copy@recipients.example']))).toEqual(['I20']);
});
