import { eventually } from '@postroom/testkit';
import type { Statements } from '../../src/connection/sql.ts';
import { type Database, ErasureStore, WorkspaceStore } from '../../src/index.ts';

type Opened = Pick<Database, 'prisma' | 'sql'>;

/** Erases persons of the default workspace piece by piece, and lets others meet the pieces. */
export function erasing(database: Opened) {
  const store = () => new ErasureStore(database.prisma);
  const step = () => store().eraseNext(0);
  const request = async (email: string): Promise<string> => {
    const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
    return (await store().requestByEmail(workspaceId, email)).erasure.id;
  };
  return {
    step,
    /** Asks for an erasure, the only one there is. */
    ask: async (email: string): Promise<string> => {
      await database.prisma.erasedContent.deleteMany();
      await database.prisma.erasure.deleteMany();
      return request(email);
    },
    askAgain: request,
    /** Does pieces until this stage of the only erasure comes next. */
    untilStage: (stage: string): Promise<true> =>
      eventually(async () => (await step())?.stage === stage, { what: `an erasure to come to ${stage}` }),
    /**
     * Begins something while `work` of another transaction is not committed, does what is to be done while it waits for that,
     * commits, and answers what came of it.
     */
    meet: async <Result>(
      work: (sql: Statements) => Promise<unknown>,
      begin: () => Promise<Result>,
      meanwhile: () => Promise<unknown> = async () => undefined,
    ): Promise<Result> => {
      const { begun } = await database.sql.transaction(async (sql) => {
        await work(sql);
        const started = begin();
        await untilSomebodyWaits(database);
        await meanwhile();
        return { begun: started };
      });
      return begun;
    },
  };
}

const untilSomebodyWaits = ({ prisma }: Opened) =>
  eventually(
    async () => {
      const waiting = await prisma.$queryRaw<unknown[]>`
        SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return waiting.length > 0;
    },
    { what: 'somebody to wait for a lock' },
  );
