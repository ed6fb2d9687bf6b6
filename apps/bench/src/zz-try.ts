import { readFileSync } from 'node:fs';
import { openDatabase } from '/work/main/packages/db/src/database.ts';
import { listSends } from '/work/main/packages/db/src/sends/list-sends.ts';
import { countSends } from '/work/main/packages/db/src/sends/count-sends.ts';
import { workspaceId as W } from './lists/fill-sends.ts';
import { listQueries } from './lists/list-queries.ts';
const db = openDatabase({ url: readFileSync('/tmp/reading/url','utf8'), maxConnections: 4 });
const med = (a: number[]) => a.sort((x, y) => x - y)[Math.floor(a.length / 2)]!.toFixed(1);
for (const q of listQueries(1_000_000)) {
  if (!/ /.test(q.name.replace(/, .*| \(.*/, ''))) continue;
  const l: number[] = [], k: number[] = []; let r: any, n: any;
  for (let i = 0; i < 11; i++) { let t = performance.now(); r = await listSends(db.prisma, W, { limit: 100, ...q.page }); l.push(performance.now() - t);
    t = performance.now(); n = await countSends(db.prisma, W, q.page.filter); k.push(performance.now() - t); }
  console.log(q.name.padEnd(34), 'list', med(l), Math.min(...l).toFixed(1), 'rows', r.items.length, r.hasMore, '| count', med(k), Math.min(...k).toFixed(1), n.count, n.isEstimate);
}
await db.close();
