import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { fileDatabase } from '../file-database.ts';
import { ownerOf } from '../notify/notices.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(2);

test('however many bodies and files only an erased person had, they go some at a time', async () => {
  const { prisma } = database;
  const { workspaceId } = await ownerOf(prisma);
  const { ask, step, untilStage } = erasing(database);
  const erasureId = await ask('ada@example.com');
  await untilStage('contents');
  const snapshots = Array.from({ length: 130 }, () => ({
    ...{ id: randomUUID(), workspaceId, kind: 'literal' as const, subject: 'Hello', html: '<p>Ada</p>' },
    contentHash: new Uint8Array(Buffer.from(randomUUID().replaceAll('-', ''), 'hex')),
  }));
  const files = Array.from({ length: 120 }, () => ({
    ...{ workspaceId, content: new Uint8Array(3), wantedAt: new Date(0) },
    contentHash: new Uint8Array(Buffer.from(randomUUID().replaceAll('-', '').repeat(2), 'hex')),
  }));
  await prisma.templateSnapshot.createMany({ data: snapshots });
  await prisma.attachment.createMany({ data: files });
  await prisma.erasedContent.createMany({
    data: [
      ...snapshots.map(({ id }) => ({ erasureId, kind: 'body' as const, value: id })),
      ...files.map(({ contentHash }) => ({
        ...{ erasureId, kind: 'file' as const, value: Buffer.from(contentHash).toString('hex') },
      })),
    ],
  });
  const left: number[] = [];
  for (let stage: string | undefined = 'contents'; stage === 'contents'; ) {
    stage = (await step())?.stage;
    left.push(
      await prisma.templateSnapshot.count({ where: { html: { not: null } } }),
      await prisma.attachment.count(),
    );
  }
  expect(left).toEqual([30, 120, 0, 50, 0, 0]);
  expect(await prisma.erasure.findUniqueOrThrow({ where: { id: erasureId } })).toMatchObject({
    stage: 'done',
    counts: { bodies: 130, attachments: 120 },
  });
});
