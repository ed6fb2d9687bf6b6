import { countAccepted } from '../load/count-accepted.ts';
import { batchSize, type Mailbag, type Recipients } from '../load/mailbag.ts';
import { batchesOf, type PostAnswer, type PostOptions, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import { type Reading, read } from '../report/reading.ts';
import { type Contestant, readFloor } from '../report/rounds.ts';
import type { Bench } from '../stack/start-bench.ts';
import type { AcceptFloors } from './accept-floors.ts';

/** How the same emails are handed over: a request of 100 at a time, or 1,000 as ten requests at once. */
export type Shape = {
  readonly id: 'sequential' | 'parallel';
  readonly title: string;
  readonly atOnce: number;
  /** What one statement or one `addBulk` of a floor holds. */
  readonly emailsPerCall: number;
};

export const shapes: readonly Shape[] = [
  { id: 'sequential', title: '100', atOnce: 1, emailsPerCall: batchSize },
  { id: 'parallel', title: '1,000', atOnce: 10, emailsPerCall: 10 * batchSize },
];

/** What all contestants share; `batches` in one run is a multiple of ten, or the floors are given fewer calls. */
export type AcceptContext = {
  readonly bench: Bench;
  readonly floors: AcceptFloors;
  readonly mailbag: Mailbag;
  readonly batches: number;
  /** Adds sends that the API said it accepted. */
  readonly onAccepted: (sends: number) => void;
};

async function readPosts(
  { bench, batches }: AcceptContext,
  target: PostOptions & { readonly child: BenchChild; readonly bodies: readonly Buffer[] },
): Promise<{ readonly reading: Reading; readonly answers: readonly PostAnswer[] }> {
  let answers: readonly PostAnswer[] = [];
  const reading = await read(bench, target.child, async () => {
    const startedAt = performance.now();
    answers = await postBodies(target.bodies, target);
    const seconds = (performance.now() - startedAt) / 1000;
    return { emails: batches * batchSize, seconds, latenciesMs: answers.map(({ ms }) => ms) };
  });
  return { reading, answers };
}

function ours(context: AcceptContext, shape: Shape, recipients: Recipients): Contestant {
  const { bench, mailbag, batches } = context;
  const way =
    shape.atOnce === 1 ? 'requests of 100, one after the other' : '1,000 as ten requests of 100 at once';
  return {
    id: `accept.${recipients}.${shape.id}`,
    title: `Postroom, ${shape.title}, ${recipients} profiles`,
    about: `POST /emails/batch, ${way}, to ${recipients === 'known' ? 'addresses that have profiles' : 'addresses that get profiles with it'}; CPU of the API process.`,
    measure: async () => {
      const { reading, answers } = await readPosts(context, {
        child: bench.api,
        bodies: mailbag.bodies(batches, recipients),
        ...batchesOf(bench),
        atOnce: shape.atOnce,
      });
      context.onAccepted(countAccepted(answers));
      return reading;
    },
  };
}

function bareExpress(context: AcceptContext, shape: Shape): Contestant {
  const { floors, mailbag, batches } = context;
  return {
    id: `floor.express.${shape.id}`,
    title: `floor d, ${shape.title}: Express`,
    about: 'an Express application that only parses the same bodies and answers JSON of the same size.',
    measure: async () => {
      const { reading, answers } = await readPosts(context, {
        child: floors.express,
        bodies: mailbag.bodies(batches, 'known'),
        url: floors.expressUrl,
        atOnce: shape.atOnce,
      });
      if (answers.some(({ status }) => status !== 200)) throw new Error('The bare Express refused a body.');
      return reading;
    },
  };
}

function libraries({ bench, floors, batches }: AcceptContext, shape: Shape): Contestant[] {
  const emailsPerCall = Math.min(shape.emailsPerCall, batches * batchSize);
  const size = { calls: (batches * batchSize) / emailsPerCall, emailsPerCall };
  const floor = (id: keyof typeof floors.libraries, title: string, about: string): Contestant => ({
    id: `floor.${id}.${shape.id}`,
    title: `floor ${title.replace(':', `, ${shape.title}:`)}`,
    about: about.replace('#', String(emailsPerCall)),
    measure: () => readFloor(bench, floors.libraries[id], size),
  });
  return [
    floor(
      'insert',
      'a: pg',
      'INSERT ... SELECT FROM jsonb_to_recordset($1) of # rows a statement, `pg` alone.',
    ),
    floor('createMany', 'b: Prisma', 'createMany of the same # rows.'),
    floor('addBulk', 'c: BullMQ', 'addBulk of # jobs a call.'),
  ];
}

/** Everything that one round of `accept` measures, floors before ours for each shape. */
export function acceptContestants(context: AcceptContext): Contestant[] {
  return shapes.flatMap((shape) => [
    ...libraries(context, shape),
    bareExpress(context, shape),
    ours(context, shape, 'known'),
    ours(context, shape, 'new'),
  ]);
}
