import {
  allows,
  type DashboardSession,
  type DashboardSessionAnswer,
  operatorScope,
  shownScopes,
  signInSchema,
} from '@postroom/contracts';
import { type Caller, generateSessionToken, lacksScope, limitedToSenders, sessionMs } from '@postroom/core';
import type { DashboardSessionStore, StoredSession } from '@postroom/db';
import { version } from '@postroom/process';
import { type RequestHandler, Router } from 'express';
import { boundUnownedBodies } from '../http/body-budget.ts';
import { parse } from '../http/parse.ts';
import { jsonBody } from '../middleware/json-body.ts';
import { type OwnPage, refuseForeign } from './own-page.ts';
import { sessionTokenOf, setSessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import type { RefuseWrongKey } from './sign-in-throttle.ts';

/** What a request to sign in may have, in bytes. */
const maxBodyBytes = 4 * 1024;

/** What all requests to sign in that are in hand may have together, in bytes: nobody needs a key for them. */
const inHandBytes = 2 * 1024 * 1024;

export type SessionRouteDeps = {
  readonly findCaller: (key: string) => Promise<Caller | null>;
  readonly store: Pick<DashboardSessionStore, 'open' | 'close'>;
  readonly sessions: Sessions;
  readonly refuseWrongKey: RefuseWrongKey;
  readonly page: OwnPage;
};

const presentSession = ({ caller, keyName, workspaceName, expiresAt }: StoredSession): DashboardSession => ({
  workspaceId: caller.workspaceId,
  keyName,
  workspaceName,
  scopes: shownScopes.filter((scope) => caller.scopes.includes(scope)),
  mode: caller.mode,
  expiresAt: expiresAt.toISOString(),
  version,
});

const answerOf = (session: StoredSession | null): DashboardSessionAnswer => ({
  session: session === null ? null : presentSession(session),
});

/** `/session`: POST signs in with a key of scope `admin` or `operator`, GET asks who is, DELETE signs out. */
export function sessionRoutes({
  findCaller,
  store,
  sessions,
  refuseWrongKey,
  page,
}: SessionRouteDeps): Router {
  const router = Router();
  const isOwn: RequestHandler = (request, response, next) => {
    response.setHeader('cache-control', 'no-store');
    refuseForeign(request, page);
    next();
  };
  const end = async (token: string | null) => {
    if (token === null) return;
    await store.close(token);
    sessions.forget(token);
  };
  router.use('/session', isOwn);
  const bodies = [boundUnownedBodies(inHandBytes), ...jsonBody(maxBodyBytes)];
  router.post('/session', ...bodies, async (request, response) => {
    const { key } = parse(signInSchema, request.body);
    const caller = await findCaller(key.trim());
    if (caller === null) throw await refuseWrongKey(request, response);
    if (!allows(caller.scopes, 'admin') && !allows(caller.scopes, operatorScope)) throw lacksScope('admin');
    if (caller.senderProfileIds !== null) {
      throw limitedToSenders(
        'This key is limited to sender profiles: the dashboard shows a whole workspace.',
      );
    }
    const token = generateSessionToken();
    // A key is believed for a while after it was revoked: a session is not opened with it.
    const session = (await store.open(caller.keyId, token)) ? await sessions.find(token) : null;
    if (session === null) throw await refuseWrongKey(request, response);
    await end(sessionTokenOf(request));
    setSessionCookie(request, response, token, sessionMs);
    response.json(answerOf(session));
  });
  router.get('/session', async (request, response) => {
    response.json(answerOf(await sessions.of(request)));
  });
  router.delete('/session', async (request, response) => {
    await end(sessionTokenOf(request));
    setSessionCookie(request, response, null, 0);
    response.status(204).end();
  });
  return router;
}
