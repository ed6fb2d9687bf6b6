import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import type { CloseStack } from '@postroom/observability';
import { spawnNode } from '@postroom/testkit';
import type { LateFact } from '../facts/facts.ts';

const everyMs = 20;

const toMs = (ns: bigint) => Number(ns) / 1e6;

/**
 * Measures how late what another process writes is seen here: a probe of its own does nothing but write the time, and what
 * it was to write then and there tells of every standstill of this process, of that one, and of the network between
 * them. All processes of a machine share the clock. Answers once the first time has come.
 */
export async function watchWay(closeStack: CloseStack): Promise<{ readonly lates: readonly LateFact[] }> {
  const lates: LateFact[] = [];
  const server = createServer((socket) => {
    let dueMs = 0;
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const writtenMs = toMs(BigInt(line));
      const ms = toMs(process.hrtime.bigint()) - Math.min(dueMs || writtenMs, writtenMs);
      lates.push({ monotonicMs: performance.now(), ms });
      dueMs = writtenMs + everyMs;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeStack.defer('way watch', () => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the way watch has no port');
  const args = [String(address.port), String(everyMs)];
  const connected = once(server, 'connection');
  const probe = await spawnNode({ entry: 'apps/faults/src/system/way-probe.ts', args });
  closeStack.defer('way probe', async () => void (await probe.stop()));
  await Promise.race([connected, probe.exited.then(() => Promise.reject(new Error('the way probe ended')))]);
  return { lates };
}
