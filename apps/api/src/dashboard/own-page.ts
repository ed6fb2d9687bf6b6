import { dashboardHeader } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import type { Request } from 'express';

const foreign = () =>
  new PostroomError('unauthorized', 'A session of the dashboard is for its own page alone: use an API key.');

const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).host : null);

/**
 * Refuses what another site has a browser ask for, beside the cookie's own `SameSite`: browsers say where a request comes from
 * (`Sec-Fetch-Site`, and `Origin` where something is changed), and no form, link or image can set a header. `isStream`: an
 * `EventSource` cannot either.
 */
export function refuseForeign(request: Request, { publicUrl, isStream = false }: OwnPage): void {
  const site = request.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') throw foreign();
  const origin = request.header('origin');
  const own = [request.headers.host ?? null, hostOf(publicUrl)];
  if (origin !== undefined && !own.includes(hostOf(origin) ?? '')) throw foreign();
  if (!isStream && request.header(dashboardHeader) !== '1') throw foreign();
}

/** Where the page is reached. */
export type OwnPage = { readonly publicUrl: string; readonly isStream?: boolean };
