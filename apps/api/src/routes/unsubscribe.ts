import {
  type ConfirmDeps,
  createGate,
  type Gate,
  type GroupWish,
  type LinkedSend,
  openUnsubscribeLink,
  type PreferenceDeps,
  type Preferences,
  preferencesOf,
  savePreferences,
  subscribeByLink,
} from '@postroom/core';
import type { Logger, RecurringErrors } from '@postroom/process';
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { discardBody } from '../http/answer-early.ts';
import { bodyShareOf, boundUnownedBodies } from '../http/body-budget.ts';
import { readForm } from '../http/read-form.ts';
import { wantsPage } from '../http/wants-page.ts';
import { keepPrivate } from '../middleware/keep-private.ts';
import { requestIdOf } from '../middleware/request-id.ts';
import { answerBroken } from '../pages/answer-broken.ts';
import { sendPage } from '../pages/page.ts';
import { wishesOf } from '../pages/preference-form.ts';
import { type LinkPaths, type Moment, savedPage, unsubscribePage } from '../pages/unsubscribe-page.ts';
import { confirmRoutes } from './confirm.ts';

export type UnsubscribeRoutesDeps = PreferenceDeps &
  ConfirmDeps & {
    readonly logger: Logger;
    /** Whoever has a link may use it as often as they like: what they do is counted. */
    readonly errors: RecurringErrors;
  };

/**
 * Links that are looked up at once, and that wait for it: nobody needs a key for them, so that nobody's is refused for
 * others'. While the database does not answer, nobody waits longer than a program or a person does.
 */
const lookUps = { atOnce: 3, waiting: 10_000, waitMs: 10_000 };

/** A form of all groups that a page shows has some 10 KB. */
const formBytes = 32 * 1024;

/** Forms that are in hand together: nobody needs a key for them. */
const formsInHandBytes = 4 * 1024 * 1024;

/** Which of the addresses of a link the request went to. */
type Place = { readonly token: string; readonly up: '' | '../' };

const placeOf = (request: Request): Place => ({
  token: String(request.params.token),
  up: /\/(?:resubscribe|preferences)$/i.test(request.path) ? '../' : '',
});

const pathsFrom = ({ token, up }: Place): LinkPaths => ({
  unsubscribe: `${up}${token}`,
  resubscribe: `${up}${token}/resubscribe`,
  preferences: `${up}${token}/preferences`,
});

/** How things stand: a page, or what programs are told of it. */
function answer(
  request: Request,
  response: Response,
  { shown, moment }: { readonly shown: Preferences | null; readonly moment: Moment },
): void {
  if (shown === null) answerBroken(request, response);
  else if (!wantsPage(request)) response.json({ subscribed: shown.send.isSubscribed });
  else sendPage(response, 200, unsubscribePage(shown, pathsFrom(placeOf(request)), moment));
}

/** What has changed: a page that says so, or the changes alone. */
function answerSaved(
  request: Request,
  response: Response,
  saved: { readonly shown: Preferences; readonly changes: readonly GroupWish[] },
): void {
  if (wantsPage(request)) {
    sendPage(response, 200, savedPage(saved.shown, pathsFrom(placeOf(request)), saved.changes));
    return;
  }
  const changed = saved.changes.map(({ groupId, isSubscribed }) => ({ groupId, subscribed: isSubscribed }));
  response.json({ changed });
}

/** What stands in the place of a token and cannot even be decoded is a link that is none. */
const answerUndecodable: ErrorRequestHandler = (error, request, response, next) => {
  if (error instanceof URIError) answerBroken(request, response);
  else next(error);
};

/** Saves what a form of the page asks for, and answers it. */
function saving({ errors, ...deps }: UnsubscribeRoutesDeps, gate: Gate): RequestHandler {
  return async (request, response) => {
    const wishes = wishesOf(await readForm(request, formBytes));
    // What waits for its turn has no body in hand.
    bodyShareOf(request).giveBack();
    const saved = await gate(() => savePreferences(deps, placeOf(request).token, wishes));
    if (saved === null) {
      answerBroken(request, response);
      return;
    }
    const { shown, changes } = saved;
    if (changes.length > 0) {
      const { id: sendId, workspaceId } = shown.send;
      const requestId = requestIdOf(response);
      errors.note({
        event: 'preferences_by_link',
        level: 'info',
        fields: { sendId, workspaceId, requestId },
        sums: { changes: changes.length },
      });
    }
    answerSaved(request, response, saved);
  };
}

/**
 * `/u/<token>`: leaving a subscription group without a login. GET shows how things stand and changes nothing, since
 * scanners follow links. Every POST does what its address says, whatever is in its body: RFC 8058 clients send
 * `List-Unsubscribe=One-Click` in one of two forms, some send nothing, and none may be turned away for that, so that
 * the body is not even read: it is thrown away once the deed is done. It is never answered with a redirect (RFC 8058 section 3.1).
 */
export function unsubscribeRoutes({ logger, errors, ...deps }: UnsubscribeRoutesDeps): Router {
  // A slash at the end would turn the relative paths of the page's buttons into other ones.
  const router = Router({ strict: true });
  const gate = createGate(lookUps);
  // Programs are told of one group alone.
  const shownOf = async (request: Request, send: LinkedSend): Promise<Preferences> =>
    wantsPage(request) ? preferencesOf(deps, send) : { send, groups: [], isCut: false };
  const show: RequestHandler = async (request, response) => {
    const shown = await gate(async () => {
      const send = await openUnsubscribeLink(deps, placeOf(request).token);
      return send && shownOf(request, send);
    });
    answer(request, response, { shown, moment: 'opened' });
  };
  const decide =
    (isSubscribed: boolean): RequestHandler =>
    async (request, response) => {
      const { done, shown } = await gate(async () => {
        const done = await subscribeByLink(deps, placeOf(request).token, isSubscribed);
        return { done, shown: done && (await shownOf(request, done.send)) };
      });
      await discardBody(request, response);
      if (done?.isChanged) {
        const event = isSubscribed ? 'subscribed_by_link' : 'unsubscribed_by_link';
        const { id: sendId, workspaceId } = done.send;
        const fields = { sendId, workspaceId, requestId: requestIdOf(response) };
        errors.note({ event, level: 'info', fields });
      }
      answer(request, response, { shown, moment: 'decided' });
    };
  router.use('/u', keepPrivate, confirmRoutes({ logger, gate, ...deps }));
  router.get(['/u/:token', '/u/:token/resubscribe', '/u/:token/preferences'], show);
  router.post('/u/:token', decide(false));
  router.post('/u/:token/resubscribe', decide(true));
  router.post(
    '/u/:token/preferences',
    boundUnownedBodies(formsInHandBytes),
    saving({ logger, errors, ...deps }, gate),
  );
  router.use(answerUndecodable);
  return router;
}
