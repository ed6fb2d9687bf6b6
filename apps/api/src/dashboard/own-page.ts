import { dashboardHeader, type Shown, shownHeader } from '@postroom/contracts';
import { type Caller, PostroomError } from '@postroom/core';
import type { Request } from 'express';

const foreign = () =>
  new PostroomError('unauthorized', 'A session of the dashboard is for its own page alone: use an API key.');

const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).host : null);

/**
 * Refuses what another site has a browser ask for, beside the cookie's own `SameSite`: browsers say where a request comes from
 * (`Sec-Fetch-Site`, and `Origin` where something is changed), and no form, link or image can set a header.
 */
export function refuseForeign(request: Request, { publicUrl }: OwnPage, by: AskedBy = 'call'): void {
  const site = request.header('sec-fetch-site');
  const isTyped = by === 'visit' && site === 'none';
  if (site !== undefined && site !== 'same-origin' && !isTyped) throw foreign();
  const origin = request.header('origin');
  const own = [request.headers.host ?? null, hostOf(publicUrl)];
  if (origin !== undefined && !own.includes(hostOf(origin) ?? '')) throw foreign();
  if (by === 'call' && request.header(dashboardHeader) !== '1') throw foreign();
}

/** Refuses what a page asks for that shows another workspace or mode than its browser is signed in to by now. */
export function refuseOther(request: Request, { workspaceId, mode }: Caller): void {
  const own: Shown = `${workspaceId} ${mode}`;
  if ((request.header(shownHeader) ?? own) === own) return;
  throw new PostroomError('unauthorized', 'This browser is signed in to another workspace or mode by now.');
}

/** Where the page is reached. */
export type OwnPage = { readonly publicUrl: string };

/**
 * What a request of the page is: a call; a stream, whose `EventSource` can set no header; or a visit, which changes nothing, of
 * whoever follows a link of the page's or types the address.
 */
export type AskedBy = 'call' | 'stream' | 'visit';
