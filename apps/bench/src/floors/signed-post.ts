import { Agent, request as httpRequest } from 'node:http';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import type { Floor } from './floor.ts';
import { inLanes, lanesSchema } from './lanes.ts';
import { makeInput } from './send-email.ts';

const credentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
};

const answerSchema = z.object({ MessageId: z.string().min(1) });

/** SendEmail as one signature and one POST by node:http, with nothing around it: no deadline, and no other way to end. */
export function openSignedPost(settings: unknown): Floor {
  const { sesUrl, concurrency } = lanesSchema.parse(settings);
  const { protocol, hostname, port, host } = new URL(sesUrl);
  const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'ses', sha256: Sha256 });
  const agent = new Agent({ keepAlive: true });
  const target = {
    protocol,
    hostname,
    port: Number(port),
    method: 'POST',
    path: '/v2/email/outbound-emails',
  };
  const send = async () => {
    const body = JSON.stringify(makeInput());
    const headers = { host, 'content-type': 'application/json' };
    const signed = await signer.sign({ ...target, headers, body, query: {} });
    const answer = await new Promise<string>((resolve, reject) => {
      const outgoing = httpRequest({ ...target, headers: signed.headers, agent }, (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        incoming.once('end', () => resolve(text)).once('error', reject);
      });
      outgoing.once('error', reject).end(body);
    });
    answerSchema.parse(JSON.parse(answer));
  };
  return inLanes(concurrency, send);
}
