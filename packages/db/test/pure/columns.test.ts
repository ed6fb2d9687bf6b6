import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { columns, recordMembers } from '../../src/columns.ts';
import { aNewSend } from '../a-send.ts';

test('every field of a new send is written', () => {
  const send = aNewSend();
  const read = new Set<string>();
  const watched = new Proxy(send, {
    get(target, name, receiver) {
      read.add(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  recordMembers(watched);
  expect([...read].sort()).toEqual(Object.keys(send).sort());
});

test('a record leaves out what is null, and keeps data as it came', () => {
  const data = JSON.parse('{"z":1,"a":{"n":-0},"__proto__":[true,null]}');
  const record = JSON.parse(`{${recordMembers(aNewSend({ data }))}}`);
  expect(record).not.toHaveProperty('subject');
  expect(record.simulated).toBe(false);
  expect(Object.keys(record.data)).toEqual(Object.keys(data));
  expect(Object.is(record.data.a.n, -0)).toBe(true);
});

/** What changes while a send is delivered, and is read where that is done. */
const ofDelivering = [
  'bounceIsSoft',
  'erasedAt',
  'inDoubtSince',
  'leaseToken',
  'leaseUntil',
  'nextAttemptAt',
  'resends',
  'sentAt',
  'sweepAt',
];

test('every column of the table is named, unless only delivering knows it', async () => {
  const schema = await readFile(new URL('../../../../prisma/schema.prisma', import.meta.url), 'utf8');
  const [, model = ''] = /^model EmailSend \{$([\s\S]*?)^\}$/m.exec(schema) ?? [];
  const fields = [...model.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
  expect(fields.length).toBeGreaterThan(40);
  expect([...Object.keys(columns), ...ofDelivering].sort()).toEqual(fields.sort());
});
