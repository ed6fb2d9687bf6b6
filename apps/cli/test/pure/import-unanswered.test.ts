import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { importFrom } from '../../src/commands/import.ts';
import { heardTerminal } from '../heard-terminal.ts';

test('an API of ours that does not answer is named, with what became of the import', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ object: 'list', has_more: false, data: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  // Port 9 is given to nobody here; fetch itself refuses it, which is no answer either.
  const env = { RESEND_API_KEY: 're_key', POSTROOM_KEY: 'sk_live_x', POSTROOM_URL: 'http://127.0.0.1:9' };
  const theirs = ['templates', '--from', 'resend', '--from-url', `http://127.0.0.1:${port}`];
  await expect(importFrom(theirs, heardTerminal().terminal, env)).rejects.toThrow(
    /^The API at http:\/\/127\.0\.0\.1:9 \(POSTROOM_URL\) does not answer: \w.*the same command goes on from there/,
  );
  server.close();
  server.closeAllConnections();
});
