import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { checkPublicUrl } from '../../src/doctor/running/check-public-url.ts';

test('of a PUBLIC_URL that answers the doctor says which mail is refused for it, in the words of the API', async () => {
  const server = createServer((_request, response) => {
    response.statusCode = 404;
    response.setHeader('x-request-id', 'one');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const found = (host: string, isReal: boolean) =>
    checkPublicUrl({ publicUrl: `http://${host}:${port}`, isReal });
  expect(await found('127.0.0.1', true)).toEqual({
    kind: 'missing',
    what: expect.stringMatching(/^Mail is refused: tracking puts links .*; a subscription group makes this/),
    todo: expect.stringContaining('TLS'),
  });
  // Not this machine's alone by its name: tracked links need no TLS.
  expect(await found('0.0.0.0', true)).toMatchObject({
    what: expect.stringMatching(/^Mail is refused: a subscription group makes this marketing mail[^;]*$/),
  });
  expect(await found('127.0.0.1', false)).toMatchObject({ kind: 'fine' });
  server.close();
  server.closeAllConnections();
});
