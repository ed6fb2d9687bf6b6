import {
  createProfileSchema,
  maxProfilesPerAddress,
  profilesQuerySchema,
  updateProfileSchema,
} from '@postroom/contracts';
import { assertNever, found, invalidField, notFound, PostroomError, profilesFull } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import { presentProfile } from '../present/profile.ts';
import { ownerOf, refOf } from './resource-request.ts';

export type ProfileRouteDeps = { readonly profiles: ResourceStores['profiles'] };

const what = 'profile';

const taken = (id: string | null) =>
  new PostroomError(
    'state_conflict',
    'Another profile has this externalId or, without one, this email: change that profile instead.',
    { details: { profileId: id } },
  );

const full = () =>
  new PostroomError('unprocessable', `No more of them: ${profilesFull('change one of them.')}`, {
    details: { max: maxProfilesPerAddress },
  });

/** `/profiles`: known recipients. */
export function profileRoutes({ profiles }: ProfileRouteDeps): Router {
  const router = Router();
  const mayRead = requireScope('profiles:read');
  const mayWrite = requireScope('profiles:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/profiles', mayWrite, ...body, async (request, response) => {
    const input = parse(createProfileSchema, request.body);
    const outcome = await profiles.create(ownerOf(response), input);
    if (outcome.kind === 'taken') throw taken(outcome.by);
    if (outcome.kind === 'full') throw full();
    response.status(201).json(presentProfile(outcome.profile));
  });
  router.get('/profiles', mayRead, async (request, response) => {
    const query = parse(profilesQuerySchema, request.query);
    const page = await profiles.list(ownerOf(response), query);
    response.json(presentPageById(page, presentProfile));
  });
  router.get('/profiles/:id', mayRead, async (request, response) => {
    const profile = await profiles.find(refOf(request, response, what));
    response.json(presentProfile(found(profile, what)));
  });
  router.patch(
    '/profiles/:id',
    requireScope('profiles:write', 'live key'),
    ...body,
    async (request, response) => {
      const ref = refOf(request, response, what);
      const outcome = await profiles.update(ref, parse(updateProfileSchema, request.body));
      switch (outcome.kind) {
        case 'updated':
          response.json(presentProfile(outcome.profile));
          return;
        case 'missing':
          throw notFound(what);
        case 'nameless':
          throw invalidField('email', 'and externalId cannot both be unset: keep one of the two');
        case 'full':
          throw full();
        case 'taken':
          throw taken(outcome.by);
        default:
          assertNever(outcome);
      }
    },
  );
  return router;
}
