import { sayHello, serveAsks } from '../process/serve-asks.ts';
import { type Floor, floorRunSchema } from './floor.ts';

// One floor in a process of its own: `floors/main <name> <settings as JSON>`.
const floors: Readonly<Record<string, (settings: unknown) => Promise<Floor>>> = {
  'insert-rows': async (settings) => (await import('./insert-rows.ts')).openInsertRows(settings),
  'create-many': async (settings) => (await import('./create-many.ts')).openCreateMany(settings),
  'add-jobs': async (settings) => (await import('./add-jobs.ts')).openAddJobs(settings),
  'empty-worker': async (settings) => (await import('./empty-worker.ts')).openEmptyWorker(settings),
  'send-email': async (settings) => (await import('./send-email.ts')).openSendEmail(settings),
  'verify-and-insert': async (settings) =>
    (await import('./verify-and-insert.ts')).openVerifyAndInsert(settings),
  'signed-post': async (settings) => (await import('./signed-post.ts')).openSignedPost(settings),
  render: async () => (await import('./render.ts')).openRender(),
};

async function serveFloor(name: string, settings: unknown): Promise<void> {
  const open = floors[name];
  if (open === undefined) throw new Error(`There is no floor "${name}".`);
  const floor = await open(settings);
  serveAsks({ prepare: (run) => floor.prepare(floorRunSchema.parse(run)), run: () => floor.run() });
}

const [name = '', settings = '{}'] = process.argv.slice(2);
if (name === 'bare-express') {
  const { openBareExpress } = await import('./bare-express.ts');
  serveAsks({ open: openBareExpress });
} else if (name === 'one-by-one') {
  const { openOneByOne } = await import('./one-by-one.ts');
  serveAsks({ open: (answer) => openOneByOne(JSON.parse(settings), answer) });
} else await serveFloor(name, JSON.parse(settings));
sayHello();
