import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { bullmqOptionsOf } from './bullmq-connection.ts';
import { type Floor, inTurn } from './floor.ts';

const makeJob = () => {
  const sendId = randomUUID();
  return { name: 'send', data: { sendId, epoch: 0 }, opts: { jobId: `${sendId}-0` } };
};

/** Jobs as the API makes them, added by BullMQ's `addBulk`, once per call. */
export async function openAddJobs(settings: unknown): Promise<Floor> {
  const queue = new Queue('sends', bullmqOptionsOf(settings));
  await queue.waitUntilReady();
  let groups: ReturnType<typeof makeJob>[][] = [];
  return {
    prepare: ({ calls, emailsPerCall }) => {
      groups = Array.from({ length: calls }, () => Array.from({ length: emailsPerCall }, makeJob));
    },
    run: () => inTurn(groups, (jobs) => queue.addBulk(jobs)),
  };
}
