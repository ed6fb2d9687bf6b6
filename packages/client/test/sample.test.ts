import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { aClient, entriesOf, takeEmails } from './a-client.ts';
import { startScriptedServer } from './scripted-server.ts';

/** The JavaScript of the documented example, which the page follows up with the same in Go. */
function documentedSample(): string {
  const page = readFileSync(new URL('./batch-sample.txt', import.meta.url), 'utf8');
  const [sample] = /^const result = await[\s\S]*?console\.log\(.*?\);/.exec(page) ?? [];
  if (sample === undefined) throw new Error('the page has no sample in JavaScript');
  return sample;
}

test('the documented sample runs as it stands, but for the name of the client', async () => {
  const server = await startScriptedServer();
  server.script(takeEmails);
  const printed: string[] = [];
  const sample = documentedSample().replace('smail.', 'postroom.');
  const run = new Function('postroom', 'console', `return (async () => {${sample}})();`);
  await run(aClient(server.url).client, { log: (line: string) => printed.push(line) });
  expect(printed).toEqual(['Sent 2 emails']);
  const [request] = server.received;
  if (request === undefined) throw new Error('nothing was sent');
  expect(entriesOf(request, 'emails').map(({ to, type }) => [to, type])).toEqual([
    [['alice@example.com'], 'marketing'],
    [['bob@example.com'], 'marketing'],
  ]);
  await server.close();
});
