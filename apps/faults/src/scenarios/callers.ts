import { createApiClient } from '@postroom/testkit';
import * as z from 'zod';
import { attacksOf } from '../inject/hostile.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';

const madeKeySchema = z.object({ key: z.string() });

/** Makes a key that the load does not use: what is refused to its holder is refused to nobody else. */
async function makeKey({ stack, workspaces }: Context): Promise<string> {
  const client = createApiClient(stack.apiUrl, workspaces[1]?.key ?? '');
  const { body } = await client.post('/api-keys', { name: 'hostile', scopes: ['emails:write'] });
  return madeKeySchema.parse(body).key;
}

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
    const attacks = attacksOf(await makeKey(context));
    const forMs = (size.seconds * 1_000) / (size.kills + 1);
    for (let round = 0; round < size.kills; round += 1)
      await attacks[round % attacks.length]?.(context, forMs);
  },
};

/** Scenarios about those who call the API. */
export const callerScenarios: readonly Scenario[] = [hostileCaller];
