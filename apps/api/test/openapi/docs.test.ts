import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OpenApiDocument, openApiDocument } from '@postroom/reference';
import { referencePage } from '../../src/docs/page.ts';
import { type Answer, startApi, type TestApi } from '../start-api.ts';

const document = openApiDocument({ serverUrl: 'https://mail.example.org' });
const page = referencePage(document);
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));

describe('the page', () => {
  test('has every operation under its own id, and a link to it', () => {
    for (const { operationId } of operations) {
      expect(page).toContain(`<article id="${operationId}"`);
      expect(page).toContain(`<a href="#${operationId}">`);
    }
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test('shows the path, the scope, each parameter and each error code of an operation', () => {
    const [, rest = ''] = page.split('<article id="listEmails"');
    const [article = ''] = rest.split('</article>');
    const shown = article.replaceAll('<wbr>', '');
    for (const text of [
      '>GET<',
      '/api/v1/emails',
      'emails:read',
      'created_after',
      'rate_limited',
      'insufficient_scope',
    ])
      expect(shown).toContain(text);
  });

  test('shows the fields within fields of a request', () => {
    const shown = page.replaceAll('<wbr>', '');
    expect(shown).toContain('<span class="within">items[].attachments[].</span>content_id');
    expect(shown).toContain('<span class="within">items[].to.</span>externalId');
    expect(shown).toContain('<span class="within">emails[].</span>reply_to');
  });

  test('shows requests as commands with the key in a variable, on the server of the document', () => {
    expect(page).toContain('curl &#39;https://mail.example.org/api/v1/emails/batch&#39;');
    expect(page).toContain('--header &quot;x-api-key: $POSTROOM_KEY&quot;');
  });

  test('every link within it leads somewhere, and no id is there twice', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const targets = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((target) => !ids.includes(target))).toEqual([]);
    const described = [...page.matchAll(/ aria-labelledby="([^"]+)"/g)].map(([, id]) => id);
    expect(described.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('needs nothing but itself: no source, style sheet, import or url() of another place', () => {
    expect(page).not.toMatch(/\ssrc=|<link|<iframe|<img|<object |<embed|@import|url\(|srcset/i);
    const outside = [...page.matchAll(/<(\w+)[^>]*(?:https?:)?\/\/[^>]*>/g)].map(([, tag]) => tag);
    expect(new Set(outside)).toEqual(new Set(['a']));
    const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? '';
    expect(script.trim().split('\n').length).toBeLessThan(15);
    expect(script).not.toMatch(/fetch|import|XMLHttp|innerHTML|eval/);
  });

  test('can be used without a mouse: landmarks, a way past the contents, headings in order', () => {
    for (const part of [
      '<html lang="en">',
      '<a class="skip" href="#main">',
      '<nav aria-label=',
      '<main id="main"',
    ])
      expect(page).toContain(part);
    const levels = [...page.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, at) => at > 0 && level > (levels[at - 1] ?? 0) + 1)).toEqual([]);
    expect(page).not.toMatch(/outline:\s*(?:0|none)(?!; })/);
  });
});

test('whatever a document says is shown as text, not as markup', () => {
  const evil = '<script>alert("1")</script>\'&';
  const spoil = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(spoil);
    if (typeof value !== 'object' || value === null) return value;
    const texts = ['description', 'summary', 'title', 'version', 'default', 'example'];
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [
        key,
        texts.includes(key) && typeof child === 'string' ? `${child} ${evil}` : spoil(child),
      ]),
    );
  };
  const spoilt: OpenApiDocument = JSON.parse(JSON.stringify(spoil(document)));
  const shown = referencePage(spoilt);
  expect(shown.split('<script>')).toHaveLength(2);
  expect(shown).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;');
});

describe('over HTTP', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ env: { PUBLIC_URL: 'https://mail.example.org' } });
  });
  afterAll(() => api.close());

  const again = (path: string, { headers }: Answer) =>
    api.call(path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });

  test('/openapi.json is the document, at the address of the installation, without a key', async () => {
    const answer = await api.call('/openapi.json');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('/docs is the page, and says that the browser may run and load nothing else', async () => {
    const answer = await api.call('/docs');
    expect([answer.status, answer.body === page]).toEqual([200, true]);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const tag of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page) ?? [];
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/openapi.json', '/docs'])(
    '%s may be cached, and is not sent again while it is the same',
    async (path) => {
      const first = await api.call(path);
      expect(first.headers.get('cache-control')).toBe('public, max-age=300');
      const second = await again(path, first);
      expect([second.status, second.body]).toEqual([304, '']);
      expect((await api.call(path, { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
    },
  );
});
