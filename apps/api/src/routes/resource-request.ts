import { uuidSchema } from '@postroom/contracts';
import {
  notFound,
  type ReadRef,
  type ResourceRef,
  type SendOwner,
  type SendRef,
  sendOwnerOf,
} from '@postroom/core';
import type { Request, Response } from 'express';
import { callerOf } from '../middleware/authenticate.ts';

/** The workspace that a request may see. */
export const workspaceOf = (response: Response): string => callerOf(response).workspaceId;

/** Whose sends a request may see and change: those that its key's mode made, of the sender profiles that it is limited to. */
export const ownerOf = (response: Response): SendOwner => sendOwnerOf(callerOf(response));

/** What a request looks at: a test key sees what test keys made, a live key both. */
export const sightOf = (ref: SendRef): ReadRef =>
  ref.isSimulated ? ref : { ...ref, isSimulated: undefined };

/** The batch or send of the caller's mode that `:id` names; what is no UUID is answered like an id that does not exist. */
export const ownedRefOf = (request: Request, response: Response, what: string): SendRef => ({
  ...ownerOf(response),
  id: refOf(request, response, what).id,
});

/** The resource that `:id` names; what is no UUID is answered like an id that does not exist. */
export function refOf(request: Request, response: Response, what: string): ResourceRef {
  const id = uuidSchema.safeParse(request.params.id);
  if (!id.success) throw notFound(what);
  return { workspaceId: workspaceOf(response), id: id.data };
}
