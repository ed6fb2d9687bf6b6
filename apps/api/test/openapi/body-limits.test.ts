import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDraw } from '@postroom/testkit';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { type DocumentedRoute, documentedRoutes, keyHeadersOf, pathWith } from './documented-routes.ts';

const bytesOf: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 * 1024 };

/** What each operation says of the size of its body. */
const limits = documentedRoutes.flatMap((route): [string, string, number, DocumentedRoute][] => {
  const { method, path, operation } = route;
  const { description } = operation.requestBody ?? {};
  if (description === undefined || description.endsWith('it is not read.')) return [];
  const [, count, unit = ''] = /^At most ([\d.]+) (KiB|MiB)/.exec(description) ?? [];
  return [[method, path, Number(count) * (bytesOf[unit] ?? Number.NaN), route]];
});

let api: TestApi;
let workspace: TestWorkspace;
beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

test.each(createDraw()(limits, 14))(
  '%s %s takes a body as large as it says, and none that is larger',
  async (method, path, limit, route) => {
    const send = async (bytes: number) => {
      const body = Buffer.alloc(bytes, ' ');
      const { status } = await api.call(pathWith({ path }, '01a20167-d6aa-7109-b97c-1eb707aa4c10'), {
        method,
        headers: keyHeadersOf(route, workspace.key),
        body,
      });
      return status;
    };
    expect(await send(limit)).not.toBe(413);
    expect(await send(limit + 1)).toBe(413);
  },
);
