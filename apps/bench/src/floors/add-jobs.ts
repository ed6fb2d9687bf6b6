import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { bullmqOptionsOf } from './bullmq-connection.ts';
import { type Floor, floorInTurn } from './floor.ts';

const makeJob = () => {
  const sendId = randomUUID();
  return { name: 'send', data: { sendId, epoch: 0 }, opts: { jobId: `${sendId}-0` } };
};

/** Jobs as the API makes them, added by BullMQ's `addBulk`, once per call. */
export async function openAddJobs(settings: unknown): Promise<Floor> {
  const queue = new Queue('sends', bullmqOptionsOf(settings));
  await queue.waitUntilReady();
  return floorInTurn(
    (length) => Array.from({ length }, makeJob),
    (jobs) => queue.addBulk(jobs),
  );
}
