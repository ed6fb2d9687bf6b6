import { attacks } from '../inject/hostile.ts';
import type { Scenario } from '../nouns/scenario.ts';

const hostileCaller: Scenario = {
  name: 'hostile-caller',
  about:
    'one workspace sends the API what it can in pipelines and bodies: the requests and mail of others flow',
  system: { workers: 1, headroom: 10 },
  short: { sends: 300, kills: 4, seconds: 10 },
  long: { sends: 3_000, kills: 40, seconds: 120 },
  expects: { answersWithinMs: 500, sendsWithinMs: 3_000 },
  run: async (context) => {
    const { size } = context;
    const forMs = (size.seconds * 1_000) / (size.kills + 1);
    for (let round = 0; round < size.kills; round += 1) {
      const [name, attack] = attacks[round % attacks.length] ?? [];
      if (name !== undefined && attack !== undefined)
        await context.during(name, () => attack(context, forMs));
    }
  },
};

/** Scenarios about those who call the API. */
export const callerScenarios: readonly Scenario[] = [hostileCaller];
