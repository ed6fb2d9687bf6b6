import { startFakeSqs } from '@postroom/testkit';
import * as z from 'zod';
import { sayHello, serveAsks } from '../process/serve-asks.ts';

// The fake SQS in a process of its own, so that its work is nobody else's CPU time.
const sqs = await startFakeSqs();
serveAsks({
  url: () => sqs.url,
  queueUrl: () => sqs.queueUrl,
  fill: (bodies) => {
    sqs.queue.purge();
    for (const body of z.array(z.string()).parse(bodies)) sqs.queue.send(body);
  },
  left: () => sqs.queue.left().length,
});
sayHello();
