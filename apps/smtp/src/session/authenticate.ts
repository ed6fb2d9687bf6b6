import { allows } from '@postroom/contracts';
import type { Caller, FindCaller } from '@postroom/core';
import { temporaryOf } from '../receive/answers.ts';
import { Refusal } from './reply.ts';
import type { Session, Sessions } from './sessions.ts';
import type { Throttle } from './throttle.ts';

/** Wrong keys that one connection may bring before it is ended. */
const maxFailures = 3;

export type AuthDeps = {
  readonly findCaller: FindCaller;
  readonly throttle: Throttle;
  readonly sessions: Pick<Sessions, 'ids'>;
  readonly limits: { readonly maxConnections: number };
};

const away = () => new Refusal(454, '4.7.0', 'The key cannot be looked up just now: try again shortly.');

/** Finds whose key it is; throws the refusal of one that may not send. */
export async function callerWith(findCaller: FindCaller, key: string): Promise<Caller> {
  const caller = await findCaller(key);
  if (caller === null) throw new Refusal(535, '5.7.8', 'The password is no valid API key of Postroom.');
  if (allows(caller.scopes, 'emails:write')) return caller;
  throw new Refusal(535, '5.7.8', 'The key lacks the scope emails:write.');
}

/** Throws where a workspace would have more connections than stay free (as `createRoom`): whoever comes anew finds some. */
function refuseCrowd({ sessions, limits }: AuthDeps, { workspaceId }: Caller): void {
  const known = sessions.ids(({ caller }) => caller !== null).size;
  const own = sessions.ids(({ caller }) => caller?.caller.workspaceId === workspaceId).size;
  if (own === 0 || own + 1 <= limits.maxConnections - known - 1) return;
  throw new Refusal(
    421,
    '4.7.0',
    'Too many connections of this workspace: close some, or try again shortly.',
  );
}

/**
 * Takes the password for a key, whatever the user is called; throws the refusal. A right key is taken whatever was tried from its
 * address: one client that has a wrong one must not keep out all others of a house, or of a load balancer.
 */
export async function authenticate(deps: AuthDeps, session: Session, key: string): Promise<void> {
  const caller = await callerWith(deps.findCaller, key).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw temporaryOf(error) === null ? error : away();
    if (deps.throttle.isShut(session.address)) {
      throw new Refusal(421, '4.7.0', 'Too many wrong keys from this address: try again in a minute.');
    }
    deps.throttle.failed(session.address);
    session.failures += 1;
    if (session.failures < maxFailures) throw error;
    throw new Refusal(421, '4.7.0', 'Too many wrong keys.');
  });
  refuseCrowd(deps, caller);
  session.caller = { key, caller };
}
