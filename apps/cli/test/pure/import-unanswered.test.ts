import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { importFrom } from '../../src/commands/import.ts';
import { createAsk } from '../../src/importing/ask.ts';
import { Problem } from '../../src/problem.ts';
import { heardTerminal } from '../heard-terminal.ts';

/** Lends the URL of a server that lasts as long as `use` does. */
async function withServer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test('an API of ours that does not answer is named, with what became of the import', async () => {
  const answer: RequestListener = (_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', has_more: false, data: [] }));
  };
  // Port 9 is given to nobody here; fetch itself refuses it, which is no answer either.
  const env = { RESEND_API_KEY: 're_key', POSTROOM_KEY: 'sk_live_x', POSTROOM_URL: 'http://127.0.0.1:9' };
  await withServer(answer, async (url) => {
    const theirs = ['templates', '--from', 'resend', '--from-url', url];
    await expect(importFrom(theirs, heardTerminal().terminal, env)).rejects.toThrow(
      /^The API at http:\/\/127\.0\.0\.1:9 \(POSTROOM_URL\) does not answer: \w.*the same command goes on from there/,
    );
  });
});

test('a key of SendGrid that may not read who left groups takes the rest over, with the totals', async () => {
  const answer: RequestListener = ({ url = '' }, response) => {
    response.statusCode = url.includes('/asm/') ? 403 : 200;
    response.end(JSON.stringify(url.includes('/asm/') ? 'no' : [{ email: 'a@r.example' }]));
  };
  const { terminal, lines } = heardTerminal();
  const env = { SENDGRID_API_KEY: 'SG.key', POSTROOM_KEY: 'sk_live_x' };
  await withServer(answer, async (url) => {
    const theirs = ['suppressions', '--from', 'sendgrid', '--from-url', url, '--dry-run'];
    expect(await importFrom(theirs, terminal, env)).toBe(1);
  });
  expect(lines.map((line) => line.trim())).toEqual([
    '4 addresses would be taken over.',
    'How many left single groups alone could not be read: GET /v3/asm/suppressions was answered 403: "no"',
  ]);
});

/** Begins an answer, and then says no more, or is gone. */
const bodies: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['stalls', () => undefined],
  ['is cut', (response) => response.destroy()],
];

async function startHalf(end: (response: ServerResponse) => void) {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"data":', () => end(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

test.each(bodies)('a product whose body %s is named, and not our API', async (_what, end) => {
  const { url, stop } = await startHalf(end);
  const ask = createAsk({ url, headers: {} }, { answerMs: 100, longestWaitSeconds: 0 });
  const error: unknown = await ask('/suppressions').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Problem);
  expect(String(error)).toMatch(/GET http:\S+\/suppressions was not answered: (?!terminated)\w/);
  stop();
});

test('an API of ours whose body is cut is named', async () => {
  const { url, stop } = await startHalf((response) => response.destroy());
  const env = { RESEND_API_KEY: 're_key', POSTROOM_KEY: 'sk_live_x', POSTROOM_URL: url };
  const asked = importFrom(['templates', '--from', 'resend'], heardTerminal().terminal, env);
  await expect(asked).rejects.toThrow(/^The API at \S+ \(POSTROOM_URL\) does not answer: (?!terminated)\w/);
  stop();
});

test.each(['POSTROOM_KEY', 'RESEND_API_KEY'])(
  'a %s that no header can have is refused by its name, and neither shown nor sent',
  async (name) => {
    let requests = 0;
    const { url, stop } = await startHalf((response) => {
      requests += 1;
      response.destroy();
    });
    for (const key of ['“sk_secret”', 'sk_sec\nret']) {
      const { terminal, lines } = heardTerminal();
      const env = { RESEND_API_KEY: 're_key', POSTROOM_KEY: 'sk_live_x', POSTROOM_URL: url, [name]: key };
      const args = ['suppressions', '--from', 'resend', '--from-url', url];
      const refused: unknown = await importFrom(args, terminal, env).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(Problem);
      expect(refused).toMatchObject({ exitCode: 1, message: expect.stringContaining(`${name} has`) });
      expect(inspect(refused) + lines.join()).not.toContain('sk_sec');
    }
    expect(requests).toBe(0);
    stop();
  },
);
