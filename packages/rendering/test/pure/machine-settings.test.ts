import { beforeAll, expect, test } from '@jest/globals';
import { eventually, spawnNode } from '@postroom/testkit';

/** What a process with these settings renders, in place and in a process of its own. */
async function rendered(env: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const child = await spawnNode({ entry: 'packages/rendering/test/pure/print-mail.ts', env });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  // A process may have ended before its last lines are read.
  return eventually(async () => child.lines.length >= 2 && child.lines, { what: 'both lines to be read' });
}

const plain = { TZ: 'UTC', LANG: 'C', LC_ALL: 'C', LANGUAGE: '' };

/** What a machine with nothing set renders. */
let usual: readonly string[];
beforeAll(async () => {
  usual = await rendered(plain);
});

test.each([
  { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'fr_FR', LC_ALL: '', LANGUAGE: 'fr' },
])('mail is the same whatever the zone and the language of the machine: %j', async (env) => {
  const [inline, elsewhere, ...more] = usual;
  expect(more).toEqual([]);
  expect(inline).toContain('March 1, 2026');
  expect(elsewhere).toBe(inline);
  expect(await rendered({ ...plain, ...env })).toEqual([inline, inline]);
});
