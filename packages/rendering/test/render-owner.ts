// Owns one render process, says its process id, and does nothing until it is killed.
import { type RenderProcess, startRenderProcess } from '../src/render/start-process.ts';

const isBusy = process.argv[2] === 'busy';
const settings = { cacheSize: 10, maxOutputBytes: 1_000_000, endAfterMs: 5_000 };

const loops =
  '{{#each a}}{{#each @root.b}}{{#each @root.c}}{{#each @root.d}}{{/each}}{{/each}}{{/each}}{{/each}}';
const list = Array.from({ length: 400 }, (_, at) => ({ at }));
const request = {
  snapshot: { id: 'a', kind: 'template', subject: 's', html: loops, text: null },
  context: { a: list, b: [...list, {}], c: [...list, {}, {}], d: [...list, {}, {}, {}] },
} as const;

let ready = false;
const child: RenderProcess = startRenderProcess(settings, {
  onMessage: () => {
    if (ready) return;
    ready = true;
    if (isBusy) child.send(request);
    setTimeout(() => process.stdout.write(`${child.pid}\n`), 100);
  },
  onEnd: () => undefined,
});
setInterval(() => undefined, 60_000);
