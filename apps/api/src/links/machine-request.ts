import type { IncomingHttpHeaders } from 'node:http';
import type { MachineReason } from '@postroom/contracts';
import { isbot } from 'isbot';

/** By which a browser says that it fetches ahead of its user, in their order of age. */
const purposeHeaders = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'] as const;

const isAhead = /prefetch|prerender|preview|instant/i;

/**
 * Who fetches images for the readers of webmail, whether they look or not: Google's, Yahoo's and others' name themselves;
 * Apple's Mail Privacy Protection says `Mozilla/5.0` and nothing else.
 */
const imageProxy =
  /GoogleImageProxy|ggpht\.com|YahooMailProxy|YahooCacheSystem|OutlookImageProxy|DuckDuckGo-Image-Proxy|^Mozilla\/5\.0$/i;

/** What follows links and fetches images by itself, and is no crawler of the web: scanners of mail, previews, libraries. */
const scanner =
  /barracuda|proofpoint|mimecast|safelinks|trendmicro|fireeye|symantec|messagelabs|cloudmark|sophos|zscaler|bitdefender|urlscan|virustotal/i;

const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join(',') : (value ?? '');

/** Why a request for a link or a pixel is a machine's; null: it looks like a person's. */
export function machineReasonOf(request: {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}): MachineReason | null {
  const { method, headers } = request;
  if (method === 'HEAD') return 'head';
  if (purposeHeaders.some((name) => isAhead.test(textOf(headers[name])))) return 'prefetch';
  const userAgent = textOf(headers['user-agent']).trim();
  if (imageProxy.test(userAgent)) return 'proxy';
  // Every browser says what it is.
  return userAgent === '' || scanner.test(userAgent) || isbot(userAgent) ? 'agent' : null;
}
