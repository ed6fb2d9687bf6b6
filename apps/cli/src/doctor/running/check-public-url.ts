import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { TLSSocket } from 'node:tls';
import { linkRefusal, marketingRefusal } from '@postroom/core';
import { reasonOf } from '../../problem.ts';
import { type Finding, fine, missing, missingByHand } from '../finding.ts';

/** A certificate that ends sooner was not renewed when it should have been. */
const renewalDays = 14;
const dayMs = 86_400_000;
const answerMs = 10_000;

/** A link that nobody was sent: a proxy lets links through, and need not let `/healthz`. */
const noLink = '/u/nothing';

type LinkPlaces = Parameters<typeof linkRefusal>[0];

type Answer = { readonly status: number; readonly isOurs: boolean; readonly certifiedDays: number | null };

/** Asks as a recipient's mail program would ask a link: with the certificates that this machine trusts. */
function ask(url: URL): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const request = send(url, { signal: AbortSignal.timeout(answerMs) }, (response) => {
      const { socket, statusCode = 0, headers } = response;
      const until =
        socket instanceof TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
      response.resume();
      resolve({
        status: statusCode,
        isOurs: headers['x-request-id'] !== undefined,
        certifiedDays: Number.isNaN(until) ? null : Math.floor((until - Date.now()) / dayMs),
      });
    });
    request.on('error', reject);
    request.on('close', () => reject(new Error('it closed the connection without an answer')));
    request.end();
  });
}

/** Which mail is refused for the sake of an address that answers; null: none. */
function refusedFor(places: LinkPlaces): Finding | null {
  const [links, marketing] = [linkRefusal(places), marketingRefusal(places)];
  const told = [
    ...(links === null ? [] : [`tracking ${links}`]),
    ...(marketing === null ? [] : [`a subscription group ${marketing}`]),
  ];
  if (told.length === 0) return null;
  return missingByHand(
    `Mail is refused: ${told.join('; ')}.`,
    'put a proxy with TLS before the API, and set PUBLIC_URL to its https: address',
  );
}

/** Whether links in mail lead here, by an address that mail programs and recipients can use. */
export async function checkPublicUrl(places: LinkPlaces): Promise<Finding> {
  const url = new URL(`${places.publicUrl}${noLink}`);
  let answer: Answer;
  try {
    answer = await ask(url);
  } catch (error) {
    return missing(`Links in mail lead nowhere: ${url.href}: ${reasonOf(error)}`, `curl -v ${url.href}`);
  }
  if (answer.status !== 404 || !answer.isOurs) {
    return missing(`${url.href} answers ${answer.status}, and is not Postroom's API.`, `curl -v ${url.href}`);
  }
  const refused = refusedFor(places);
  if (refused !== null) return refused;
  if (url.protocol !== 'https:') return fine('answers, without TLS, which a local SES needs none of');
  const { certifiedDays } = answer;
  if (certifiedDays !== null && certifiedDays < renewalDays) {
    return missingByHand(
      `The certificate of ${url.host} ends in ${certifiedDays} days.`,
      'renew it, and see why that did not happen by itself',
    );
  }
  return fine(`answers, certified for ${certifiedDays ?? '?'} days more`);
}
