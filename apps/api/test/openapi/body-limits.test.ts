import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openApiDocument } from '@postroom/reference';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

const bytesOf: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024 };

/** What each operation says of the size of its body. */
const limits = Object.entries(openApiDocument({ serverUrl: 'http://localhost:3001' }).paths).flatMap(
  ([path, item]) =>
    Object.entries(item).flatMap(([method, { requestBody }]): [string, string, number][] => {
      if (requestBody === undefined || requestBody.description.endsWith('it is not read.')) return [];
      const [, count, unit = ''] = /^At most ([\d.]+) (KiB|MiB)/.exec(requestBody.description) ?? [];
      return [[method.toUpperCase(), path, Number(count) * (bytesOf[unit] ?? Number.NaN)]];
    }),
);

let api: TestApi;
let workspace: TestWorkspace;
beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

test.each(limits)(
  '%s %s takes a body as large as it says, and none that is larger',
  async (method, path, limit) => {
    const send = async (bytes: number) => {
      const body = Buffer.alloc(bytes, ' ');
      const { status } = await api.call(path.replace(/\{\w+\}/, '01a20167-d6aa-7109-b97c-1eb707aa4c10'), {
        method,
        headers: { 'x-api-key': workspace.key },
        body,
      });
      return status;
    };
    expect(await send(limit)).not.toBe(413);
    expect(await send(limit + 1)).toBe(413);
  },
);
