import { describe, expect, test } from '@jest/globals';
import type { NewBatch } from './accept-deps.ts';
import type { Wanted } from './directory.ts';
import { shareStatements } from './share-statements.ts';

const nothing = {
  templates: new Map(),
  sendersById: new Map(),
  sendersByFromKey: new Map(),
  verifiedDomains: new Set<string>(),
  allowedSenderIds: null,
  groupIds: new Set<string>(),
  profilesById: new Map(),
  profilesByExternalId: new Map(),
  profilesByEmailKey: new Map(),
  fullKeys: new Set<string>(),
};

/** Stores that note what they are asked, answer when `go` is called, and refuse what names 'bad'. */
function noting(connections = 10, waitMs?: number) {
  const asked: string[] = [];
  const going: (() => void)[] = [];
  const note = async (name: string, ...what: readonly unknown[]) => {
    const text = `${name} ${JSON.stringify(what)}`;
    asked.push(text);
    await new Promise<void>((resolve) => going.push(resolve));
    if (text.includes('bad')) throw new Error('refused');
  };
  const stores = shareStatements(
    {
      sends: {
        findByKeys: async (owner, keys) => {
          await note('find', owner, keys);
          return new Map();
        },
        insertMany: async (batches) => {
          await note(
            'insert',
            batches.map(({ batch }) => batch.id),
          );
          return new Map();
        },
        sweepSoon: async () => {},
      },
      contents: {
        ensureLiterals: async (workspaceId, bodies) => {
          await note(
            'keep',
            workspaceId,
            bodies.map(({ html }) => html),
          );
          return bodies.map(({ html }) => `id of ${html}`);
        },
        ensureAttachments: async (workspaceId, attachments) => {
          await note(
            'file',
            workspaceId,
            attachments.map(({ hash }) => hash),
          );
        },
      },
      directory: {
        lookUp: async (owner, wanted) => {
          await note('look', owner, wanted.templateIds);
          return nothing;
        },
        ensureProfiles: async (_workspaceId, profiles) => profiles,
        ensureMarketingGroup: async () => 'group',
        findMarketingGroup: async () => null,
        findSuppressed: async (workspaceId, keys) => {
          await note('silent', workspaceId, keys);
          return new Map([['a@b.test', 'Manual']]);
        },
      },
      queue: {
        enqueue: async (jobs) => {
          await note(
            'tell',
            jobs.map(({ sendId }) => sendId),
          );
          return true;
        },
      },
    },
    { isOfAll: () => false, connections, waitMs },
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const go = async () => {
    for (const one of going.splice(0)) one();
    await turn();
    await turn();
  };
  return { stores, asked, turn, go };
}

const wanting = (...templateIds: readonly string[]): Wanted => ({
  templateIds,
  senderIds: [],
  fromKeys: [],
  groupIds: [],
  profileIds: [],
  externalIds: [],
  emailKeys: [],
  newcomerKeys: [],
});
const body = (html: string) => ({ html, text: null });
const batch = (id: string, more: Partial<NewBatch> = {}): NewBatch => ({
  id,
  workspaceId: 'w',
  isSimulated: false,
  dialect: 'items',
  total: 1,
  rejected: 0,
  ...more,
});

describe('requests that come together', () => {
  test('wait for nobody but those that are under way, then ask as one, and each gets its own answer', async () => {
    const { stores, asked, turn, go } = noting();
    const first = stores.contents.ensureLiterals('w', [body('a')]);
    await turn();
    const others = [[body('b'), body('c')], [body('d')]].map((bodies) =>
      stores.contents.ensureLiterals('w', bodies),
    );
    await turn();
    expect(asked).toEqual(['keep ["w",["a"]]']);
    await go();
    expect(asked.slice(1)).toEqual(['keep ["w",["b","c","d"]]']);
    await go();
    expect(await first).toEqual(['id of a']);
    expect(await Promise.all(others)).toEqual([['id of b', 'id of c'], ['id of d']]);
  });

  test('ask for what each names, and once for what several do', async () => {
    const { stores, asked, turn, go } = noting();
    const found = [wanting('a', 'b'), wanting('b')].map((wanted) =>
      stores.directory.lookUp({ workspaceId: 'w', isSimulated: false }, wanted),
    );
    await turn();
    await go();
    expect(await Promise.all(found)).toEqual([nothing, nothing]);
    expect(asked).toEqual([
      'look [{"workspaceId":"w","isSimulated":false,"senderProfileIds":null},["a","b"]]',
    ]);
  });

  test('keep their files and look for silent addresses as one; what is large goes by itself', async () => {
    const { stores, asked, turn, go } = noting();
    const file = (hash: string, length = 4) => [{ hash, content: new Uint8Array(length) }];
    const kept = [file('a'), file('large', 1024 * 1024 + 1), file('b')].map((files) =>
      stores.contents.ensureAttachments('w', files),
    );
    const silent = [['a@b.test'], ['c@d.test', 'a@b.test']].map((keys) =>
      stores.directory.findSuppressed('w', keys),
    );
    await turn();
    expect(asked.toSorted()).toEqual([
      'file ["w",["a","b"]]',
      'file ["w",["large"]]',
      'silent ["w",["a@b.test","c@d.test"]]',
    ]);
    await go();
    await Promise.all(kept);
    const found = new Map([['a@b.test', 'Manual']]);
    expect(await Promise.all(silent)).toEqual([found, found]);
  });

  test('of one mode, or of one who is limited to sender profiles, are answered as to it alone', async () => {
    const { stores, asked, turn, go } = noting();
    const limits = [null, ['s'], ['s', 't'], null];
    const live = { workspaceId: 'w', isSimulated: false };
    const found = [
      ...limits.map((senderProfileIds) => ({ ...live, senderProfileIds })),
      { ...live, isSimulated: true },
    ].map((owner) => stores.directory.lookUp(owner, wanting('a')));
    await turn();
    expect(asked.toSorted()).toEqual([
      'look [{"workspaceId":"w","isSimulated":false,"senderProfileIds":["s","t"]},["a"]]',
      'look [{"workspaceId":"w","isSimulated":false,"senderProfileIds":["s"]},["a"]]',
      'look [{"workspaceId":"w","isSimulated":false,"senderProfileIds":null},["a"]]',
      'look [{"workspaceId":"w","isSimulated":true,"senderProfileIds":null},["a"]]',
    ]);
    await go();
    await Promise.all(found);
  });

  test('of other owners neither wait for each other nor share a statement', async () => {
    const { stores, asked, turn, go } = noting();
    const live = { workspaceId: 'w', isSimulated: false };
    const owners = [live, { ...live, isSimulated: true }, { ...live, workspaceId: 'v' }, live];
    const found = owners.map((owner, at) => stores.sends.findByKeys(owner, [String(at)]));
    await turn();
    expect(asked.toSorted()).toEqual([
      'find [{"workspaceId":"v","isSimulated":false,"senderProfileIds":null},["2"]]',
      'find [{"workspaceId":"w","isSimulated":false,"senderProfileIds":null},["0","3"]]',
      'find [{"workspaceId":"w","isSimulated":true,"senderProfileIds":null},["1"]]',
    ]);
    await go();
    await Promise.all(found);
  });

  test('leave two connections to others, and half of the rest to other owners, however long their statements take', async () => {
    const { stores, asked, turn, go } = noting(6);
    const insert = (_: unknown, at: number) =>
      stores.sends.insertMany([{ batch: batch(`b${at}`), sends: [] }]);
    const find = (workspaceId: string) =>
      stores.sends.findByKeys({ workspaceId, isSimulated: false }, ['key']);
    // Three full groups, which wait for no other.
    const made = Promise.all(Array.from({ length: 150 }, insert));
    await turn();
    expect(asked).toHaveLength(2);
    const found = Promise.all(['x', 'y', 'z'].map(find));
    await turn();
    expect(asked).toHaveLength(4);
    while (asked.length < 6) await go();
    await go();
    await Promise.all([made, found]);
  });

  test('that fill statements of their own take no more than that half either', async () => {
    const { stores, asked, turn, go } = noting(6);
    const keys = Array.from({ length: 11 }, (_, at) => `key ${at}`);
    // Nor do keys of different kinds: what is bounded is the workspace.
    const find = (workspaceId: string, at: number) =>
      stores.sends.findByKeys({ workspaceId, isSimulated: at % 2 === 1 }, keys);
    const found = Promise.all(['w', 'w', 'w', 'w', 'x'].map(find));
    await turn();
    expect(asked).toHaveLength(3);
    while (asked.length < 5) await go();
    await go();
    await found;
  });

  test('are refused when others take longer than they may wait, and not done again', async () => {
    const { stores, asked, turn, go } = noting(3, 1);
    const find = (workspaceId: string) =>
      stores.sends.findByKeys({ workspaceId, isSimulated: false }, ['key']);
    const first = find('w');
    await turn();
    const refused = expect(Promise.all([find('v'), find('v')])).rejects.toMatchObject({
      code: 'unavailable',
    });
    await turn();
    expect(asked).toHaveLength(1);
    await refused;
    await go();
    await first;
    const last = find('v');
    await turn();
    await go();
    await last;
    expect(asked).toHaveLength(2);
  });

  test('are each done alone when their statement is refused: one that is wrong spoils no other', async () => {
    const { stores, asked, turn, go } = noting();
    const ids = ['good', 'bad', 'fine'];
    const made = Promise.allSettled(
      ids.map((id) => stores.sends.insertMany([{ batch: batch(id), sends: [] }])),
    );
    await turn();
    await go();
    expect(asked).toEqual([
      'insert [["good","bad","fine"]]',
      'insert [["good"]]',
      'insert [["bad"]]',
      'insert [["fine"]]',
    ]);
    await go();
    expect((await made).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('leave those alone that fill a statement, and those that ask for a confirmation', async () => {
    const { stores, asked, turn, go } = noting();
    const confirmation = { groupId: 'g', profileIds: [] };
    const jobs = Array.from({ length: 11 }, (_, at) => ({
      sendId: String(at),
      workspaceId: 'w',
      accountId: null,
      epoch: 0,
      lane: 'transactional' as const,
    }));
    const done = [
      stores.queue.enqueue(jobs),
      stores.queue.enqueue(jobs.slice(0, 1)),
      stores.queue.enqueue(jobs.slice(1, 2)),
      stores.sends.insertMany([{ batch: batch('a', { confirmation }), sends: [] }]),
      stores.sends.insertMany([{ batch: batch('b'), sends: [] }]),
    ];
    await turn();
    expect(asked.map((text) => text.slice(0, 20))).toEqual([
      'tell [["0","1","2","',
      'insert [["a"]]',
      'tell [["0","1"]]',
      'insert [["b"]]',
    ]);
    await go();
    await Promise.all(done);
  });
});
