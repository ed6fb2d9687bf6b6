import { attacksOf } from '../inject/hostile.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { makeWorkspace } from '../system/workspaces.ts';

/** Of a workspace that has no load: what is refused to it is refused to nobody else. */
const hostileKey = `sk_live_${'h'.repeat(32)}`;

const hostileCaller: Scenario = {
  name: 'hostile-caller',
  about:
    'one workspace sends the API what it can in pipelines and bodies: the requests and mail of others flow',
  system: { workers: 1, headroom: 10 },
  short: { sends: 300, kills: 4, seconds: 10 },
  long: { sends: 3_000, kills: 40, seconds: 120 },
  expects: { answersWithinMs: 500, sendsWithinMs: 3_000 },
  run: async (context) => {
    const { size, databaseUrl } = context;
    const { key } = await makeWorkspace(databaseUrl, { name: 'hostile', key: hostileKey });
    const attacks = attacksOf(key);
    const forMs = (size.seconds * 1_000) / (size.kills + 1);
    for (let round = 0; round < size.kills; round += 1)
      await attacks[round % attacks.length]?.(context, forMs);
  },
};

/** Scenarios about those who call the API. */
export const callerScenarios: readonly Scenario[] = [hostileCaller];
