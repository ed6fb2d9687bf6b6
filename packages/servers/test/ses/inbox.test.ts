import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeSes, startFakeSes } from '../../src/index.ts';
import { sendInput, sesClient } from './test-ses-client.ts';

let fake: FakeSes;
let client: SESv2Client;

beforeEach(async () => {
  fake = await startFakeSes();
  client = sesClient(fake.url);
});

afterEach(async () => {
  client.destroy();
  await fake.stop();
});

function send(to: string, html: string | null = '<p>Hello</p>') {
  const Body = html === null ? { Text: { Data: 'Hello' } } : { Html: { Data: html } };
  return client.send(
    new SendEmailCommand(
      sendInput({
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: { Data: `For ${to}` },
            Body,
            Attachments: [
              {
                FileName: 'ü.png',
                ContentType: 'image/png',
                ContentId: 'logo',
                RawContent: Buffer.from('png'),
              },
            ],
          },
        },
      }),
    ),
  );
}

const get = (path: string) => fetch(`${fake.url}${path}`);
const read = async (path: string): Promise<unknown> => (await get(path)).json();

test('the page needs nothing from other hosts and may not load from them', async () => {
  const page = await fetch(fake.inboxUrl);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const html = await page.text();
  const paths = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((found) => found[1] ?? '');
  expect(paths.length).toBeGreaterThan(2);
  for (const path of [...paths, '/_fake/inbox/assets/elements.js', '/_fake/inbox/assets/reader.js']) {
    const asset = await get(path);
    expect([path, asset.status]).toEqual([path, 200]);
    expect((await asset.text()).replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '')).not.toMatch(
      /https?:\/\/(?!127)/,
    );
  }
  expect((await get('/_fake/inbox/assets/nothing.js')).status).toBe(404);
});

test('messages are listed newest first, in pages', async () => {
  for (const to of ['a@x.co', 'b@x.co', 'c@x.co']) await send(to);
  expect(await read('/_fake/inbox?limit=2')).toMatchObject({
    total: 3,
    items: [{ to: ['c@x.co'], subject: 'For c@x.co', preview: 'Hello', attachments: 1 }, { to: ['b@x.co'] }],
  });
  expect(await read('/_fake/inbox?limit=2&offset=2')).toMatchObject({ items: [{ to: ['a@x.co'] }] });
});

test('a search finds recipients by a part of their address', async () => {
  await send('zoe@example.com');
  await send('bob@example.org');
  expect(await read('/_fake/inbox?to=ZOE')).toMatchObject({ total: 1, items: [{ to: ['zoe@example.com'] }] });
  expect(await read('/_fake/inbox?to=nobody')).toMatchObject({ total: 0, items: [] });
});

test('the html of a message is shown without scripts, with its own images, and links open elsewhere', async () => {
  await send(
    'a@x.co',
    '<html><head><title>t</title></head><body><img src="cid:logo"><script>1</script></body></html>',
  );
  const preview = await get('/_fake/inbox/1/html');
  const policy = preview.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'/);
  expect(policy).toContain('img-src data:;');
  const html = await preview.text();
  expect(html).toContain(`<img src="data:image/png;base64,${Buffer.from('png').toString('base64')}">`);
  expect(html).toContain('<head><base target="_blank">');
  const withImages = await get('/_fake/inbox/1/html?images=1');
  expect(withImages.headers.get('content-security-policy')).toContain('img-src data: http: https:;');
});

test('a message is read in full, its attachment is only ever downloaded', async () => {
  await send('a@x.co', null);
  expect(await read('/_fake/inbox/1')).toMatchObject({
    html: null,
    text: 'Hello',
    attachments: [{ sizeBytes: 3 }],
  });
  const attachment = await get('/_fake/inbox/1/attachments/0');
  expect(attachment.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%BC.png");
  expect(attachment.headers.get('content-type')).toBe('application/octet-stream');
  expect(await attachment.text()).toBe('png');
  expect((await get('/_fake/inbox/1/attachments/1')).status).toBe(404);
  expect((await get('/_fake/inbox/2')).status).toBe(404);
});
