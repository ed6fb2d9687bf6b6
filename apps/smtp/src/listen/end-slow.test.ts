import { expect, test } from '@jest/globals';
import { Sessions } from '../session/sessions.ts';
import { overdueOf } from './end-slow.ts';

/** Opens a connection with a key, or in the middle of a message of so many bytes. */
function open(
  sessions: Sessions,
  id: string,
  { bytes, hasKey = true }: { bytes?: number; hasKey?: boolean },
): void {
  sessions.open(id, '192.0.2.1', 0);
  const session = sessions.find(id);
  if (session === null) throw new Error('a connection that was opened is not there');
  if (hasKey)
    session.caller = {
      key: 'k',
      caller: { keyId: id, workspaceId: id, mode: 'live', scopes: [], senderProfileIds: null },
    };
  if (bytes !== undefined) session.message = { beganAtMs: 0, bytes, isWhole: false };
}

test('whoever brings no key within a minute, or a message at less than 4 kB a second or for ten minutes, is overdue, and nobody else', () => {
  const sessions = new Sessions();
  open(sessions, 'silent', { hasKey: false });
  open(sessions, 'idle', {});
  open(sessions, 'drips', { bytes: 100 });
  open(sessions, 'slow', { bytes: 400_000 });
  open(sessions, 'large', { bytes: 24 * 1024 * 1024 });
  const overdueAt = (now: number) => Object.values(overdueOf(sessions, now)).map((ids) => [...ids]);
  expect(overdueAt(60_000)).toEqual([[], []]);
  expect(overdueAt(60_026)).toEqual([['silent'], ['drips']]);
  expect(overdueAt(160_000)).toEqual([['silent'], ['drips']]);
  expect(overdueAt(160_001)).toEqual([['silent'], ['drips', 'slow']]);
  expect(overdueAt(600_000)).toEqual([['silent'], ['drips', 'slow']]);
  expect(overdueAt(600_001)).toEqual([['silent'], ['drips', 'slow', 'large']]);
});
