import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ErrorCode, errorCodes, itemErrorCodes } from '@postroom/contracts';
import { PostroomError } from '@postroom/core';
import { type OpenApiDocument, openApiDocument } from '@postroom/reference';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { compileAnswers } from './compile-answers.ts';
import { expressRoutes } from './express-routes.ts';

const document = openApiDocument({ serverUrl: 'http://localhost:3001' });
const { components } = document;

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );

describe('the document and the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test('have the same routes: none is missing, none is made up', () => {
    const documented = operationsOf(document).map(({ name }) => name);
    // What the dashboard's page needs beside the API is its own affair, and changes with it.
    const forAll = expressRoutes(api.app).filter((route) => !route.includes(' /dashboard/'));
    expect(documented.sort()).toEqual([...forAll].sort());
  });

  test('routes are found in routers within routers', () => {
    const inner = express.Router().get('/:id', (_request, response) => void response.end());
    const app = express().use('/outer', express.Router().use('/inner', inner));
    expect(expressRoutes(app)).toEqual(['GET /outer/inner/{id}']);
  });
});

describe('error codes', () => {
  const codesOf = (schema: string) => components.schemas[schema]?.properties?.error?.enum ?? [];

  test('every code of a request is in the envelope, and explained beside its status', () => {
    expect([...codesOf('ErrorEnvelope')].sort()).toEqual([...errorCodes].sort());
    const { description = '' } = components.schemas.ErrorEnvelope ?? {};
    for (const code of errorCodes)
      expect(description).toMatch(new RegExp(`\\| \\d{3} \\| \`${code}\` \\| \\w`));
  });

  test('every code of an item is in its rejection, and explained', () => {
    expect([...codesOf('RejectedItem')].sort()).toEqual([...itemErrorCodes].sort());
    const { description = '' } = components.schemas.RejectedItem ?? {};
    for (const code of itemErrorCodes) expect(description).toMatch(new RegExp(`\\| \`${code}\` \\| \\S`));
  });

  test('every code is answered with the status that the table names', async () => {
    const app = express();
    app.get('/:code', ({ params }) => {
      const code = errorCodes.find((one) => one === params.code);
      throw new PostroomError(code ?? 'not_found', 'said');
    });
    app.use(handleErrors(() => undefined));
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    try {
      const { description = '' } = components.schemas.ErrorEnvelope ?? {};
      const answered = async (code: ErrorCode) =>
        (await fetch(`http://127.0.0.1:${server.port}/${code}`)).status;
      for (const code of errorCodes) {
        const [, status] = new RegExp(`\\| (\\d{3}) \\| \`${code}\` \\|`).exec(description) ?? [];
        expect(`${code} ${await answered(code)}`).toBe(`${code} ${status}`);
      }
    } finally {
      await server.close();
    }
  });
});

describe('whoever reads the document finds', () => {
  const fields = Object.entries(components.schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties).map(([field, schema]) => ({ name: `${name}.${field}`, schema })),
  );

  test('what each schema and each field means', () => {
    const silent = Object.entries(components.schemas).filter(([, { description }]) => !description);
    expect(silent.map(([name]) => name)).toEqual([]);
    expect(fields.filter(({ schema }) => !schema.description).map(({ name }) => name)).toEqual([]);
  });

  test('what each field holds', () => {
    const isTold = ({ type, $ref, anyOf, oneOf, enum: values }: (typeof fields)[number]['schema']) =>
      [type, $ref, anyOf, oneOf, values].some((keyword) => keyword !== undefined);
    expect(fields.filter(({ schema }) => !isTold(schema)).map(({ name }) => name)).toEqual([]);
    const lists = fields.filter(({ schema }) => schema.type === 'array');
    expect(lists.filter(({ schema: { items } }) => items === undefined || !isTold(items))).toEqual([]);
  });

  test('an example of each body', () => {
    const bodies = operationsOf(document).flatMap(({ name, operation }) =>
      [operation.requestBody, ...Object.values(operation.responses)].flatMap((body) =>
        body !== undefined && 'content' in body
          ? Object.values(body.content ?? {}).map((content) => ({ name, content }))
          : [],
      ),
    );
    expect(bodies.length).toBeGreaterThan(50);
    const without = bodies.filter(({ content }) => Object.keys(content.examples ?? {}).length === 0);
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('only answers that follow their own schema, to the last field', () => {
    const schemas = compileAnswers(document);
    const json = 'application/json';
    const problems = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, operation]) =>
        Object.entries(operation.responses).flatMap(([status, documented]) => {
          const shared =
            '$ref' in documented ? components.responses[documented.$ref.split('/').at(-1) ?? ''] : documented;
          const place = { path, method, documented, status: Number(status), mediaType: json };
          const examples = Object.values(shared?.content?.[json]?.examples ?? {});
          return examples.flatMap(({ value }) => schemas.problem(place, value) ?? []);
        }),
      ),
    );
    expect(problems).toEqual([]);
  });

  test('the elements of items and emails, although requests are validated in two steps', () => {
    const elementsOf = (schema: string, field: string) =>
      components.schemas[schema]?.properties?.[field]?.items?.$ref;
    expect(elementsOf('ItemsBatchRequest', 'items')).toBe('#/components/schemas/BatchItem');
    expect(elementsOf('EmailsBatchRequest', 'emails')).toBe('#/components/schemas/Email');
    expect(elementsOf('Email', 'to')).toBe('#/components/schemas/Address');
    expect(components.schemas.BatchItem?.required).toEqual(['idempotencyKey']);
  });
});
