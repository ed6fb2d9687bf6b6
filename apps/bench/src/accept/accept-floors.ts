import * as z from 'zod';
import type { BenchChild } from '../process/child.ts';
import type { Bench } from '../stack/start-bench.ts';

/** Databases that the floors of `accept` write into. */
export const acceptFloorDatabases = ['floor_insert', 'floor_create_many'] as const;

/** The processes of the floors of `accept`. */
export type AcceptFloors = {
  readonly libraries: Readonly<Record<'insert' | 'createMany' | 'addBulk', BenchChild>>;
  readonly express: BenchChild;
  readonly expressUrl: string;
};

/** Starts the floors; the bare Express will answer everything with `answer`, which the API once gave. */
export async function startAcceptFloors(bench: Bench, answer: Buffer): Promise<AcceptFloors> {
  const databaseUrl = (name: (typeof acceptFloorDatabases)[number]) => ({
    databaseUrl: bench.floorDatabaseUrl(name),
  });
  const insert = await bench.startFloor('insert-rows', databaseUrl('floor_insert'));
  const createMany = await bench.startFloor('create-many', databaseUrl('floor_create_many'));
  const addBulk = await bench.startFloor('add-jobs', { redisUrl: bench.redis.url, prefix: 'floor' });
  const express = await bench.startFloor('bare-express', {});
  const expressUrl = z.string().parse(await express.ask('open', JSON.parse(answer.toString())));
  return { libraries: { insert, createMany, addBulk }, express, expressUrl };
}
