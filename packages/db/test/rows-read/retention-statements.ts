import { withoutSort } from '../../src/look-up.ts';
import type { Reach, Walk } from '../../src/retention/walk.ts';
import { attachmentsWalk, bodiesWalk } from '../../src/retention/walk-contents.ts';
import { facetsWalk } from '../../src/retention/walk-facets.ts';
import { batchesWalk, contentWalk, sendsWalk } from '../../src/retention/walk-sends.ts';
import { eventsWalk, noticesWalk } from '../../src/retention/walk-told.ts';
import { one, type Run, type Statements, why } from './statement.ts';

const take = 10;
const dayMs = 86_400_000;
/** In the middle of the tables: nothing that a walk looks at is at their ends. */
const reach = (after: string | null): Reach => {
  const before = new Date(Date.now() + dayMs);
  return { after, before, horizons: { content: before, sends: before } };
};

/** Looks at a few rows, and removes those that are due; undone again, for the statements that come after it. */
const piece =
  (walk: Walk, after: (world: Parameters<Run>[1]) => string | null = () => null): Run =>
  async ({ prisma }, world) => {
    const undo = new Error('undo');
    await prisma
      .$transaction(async (tx) => {
        await tx.$executeRaw`${withoutSort}`;
        const met = await walk.look(tx, reach(after(world)), take);
        const due = met.filter(({ state }) => state === 'due').map(({ place }) => place);
        await walk.remove(tx, due, reach(null));
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
  };

const held = why('held by the walk that has it');

/** What removes what has had its time. */
export const retentionStatements: Statements = {
  'retention/retention-store.ts removeNext': why('a table of eight rows'),
  'retention/retention-store.ts doPiece': why('a table of eight rows'),
  'retention/retention-store.ts advance': why('a table of eight rows'),
  'retention/retention-store.ts horizonsOf': why('a table of eight rows'),
  'retention/retention-store.ts rest': why('a table of eight rows'),
  'retention/walk-sends.ts lookAtSends': held,
  'retention/walk-sends.ts contentWalk': one(
    4 * take,
    piece(contentWalk, (world) => world.id('send', 20)),
  ),
  'retention/walk-sends.ts withoutPending': held,
  'retention/walk-sends.ts removeWhatBelongs': held,
  // Of each send its row three times, six facets twice, an attempt, three events and a notice with its two tries.
  'retention/walk-sends.ts sendsWalk': one(
    24 * take,
    piece(sendsWalk, (world) => world.id('send', 20)),
  ),
  'retention/walk-sends.ts batchesWalk': one(4 * take, piece(batchesWalk)),
  // Of each facet its send, once to lock the retried ones and once to judge them.
  'retention/walk-facets.ts lookAtFacets': [
    one(8 * take, piece(facetsWalk)),
    one(
      8 * take,
      piece(facetsWalk, (world) =>
        JSON.stringify([world.workspaceId, false, 'tag', 'news', world.id('send', 20)]),
      ),
    ),
  ],
  'facets.ts removeFacets': why('held by the walk of sends, which calls it'),
  'retention/walk-told.ts lookAt': one(4 * take, piece(eventsWalk)),
  'retention/walk-told.ts removeFrom': one(8 * take, piece(noticesWalk)),
  'retention/walk-contents.ts bodiesWalk': one(4 * take, piece(bodiesWalk)),
  'retention/walk-contents.ts attachmentsWalk': one(4 * take, piece(attachmentsWalk)),
};
