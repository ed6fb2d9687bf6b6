import { expect, test } from '@jest/globals';
import type { FindCaller } from '@postroom/core';
import { authenticate } from './authenticate.ts';
import { Sessions } from './sessions.ts';
import { createThrottle } from './throttle.ts';

test('however many connections two workspaces open, a third one finds some', async () => {
  const sessions = new Sessions();
  const caller = { mode: 'live', scopes: ['full'], senderProfileIds: null } as const;
  const findCaller: FindCaller = async (key) => ({ ...caller, keyId: key, workspaceId: key });
  const deps = { findCaller, throttle: createThrottle(), sessions, limits: { maxConnections: 9 } };
  let opened = 0;
  const fill = async (workspace: string): Promise<number> => {
    for (let taken = 0; ; taken += 1) {
      const session = sessions.open(String(++opened), '192.0.2.1', 0);
      const refusal = await authenticate(deps, session, workspace).catch((error: unknown) => error);
      if (refusal === undefined) continue;
      expect(refusal).toMatchObject({ responseCode: 421 });
      sessions.close(String(opened));
      return taken;
    }
  };
  expect([await fill('a'), await fill('b'), await fill('c')]).toEqual([4, 2, 1]);
  sessions.close('1');
  expect(await fill('c')).toBe(1);
});
