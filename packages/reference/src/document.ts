import type { ErrorCode } from '@postroom/contracts';
import { type Component, componentSchemas } from './component.ts';
import { doorErrorAnswers } from './door-errors.ts';
import { errorAnswers, errorResponses } from './error-answers.ts';
import { guideFor } from './guide.ts';
import { answerHeaders, headers } from './headers.ts';
import type { OpenApiDocument, OperationObject, PathItem, ResponseObject } from './model.ts';
import type { DoorName, Operation } from './operation.ts';
import { components, operations } from './route-table.ts';
import { tags } from './tags.ts';

/** The version of the document, which is that of the release. */
const version = '0.1.0';

/** The codes that follow from what an operation takes, and those that it has of its own. */
export function errorsOf({ scope, parameters = [], body, errors }: Operation): readonly ErrorCode[] {
  const hasInput = parameters.length > 0 || body !== undefined;
  const fromInput: readonly ErrorCode[] = hasInput ? ['validation_failed'] : [];
  const fromKey: readonly ErrorCode[] = ['unauthorized', 'insufficient_scope'];
  const fromPath: readonly ErrorCode[] = parameters.some((parameter) => parameter.in === 'path')
    ? ['not_found']
    : [];
  const fromBody: readonly ErrorCode[] = ['request_timeout', 'payload_too_large', 'unsupported_media_type'];
  const fromServer: readonly ErrorCode[] = ['rate_limited', 'internal_error', 'unavailable'];
  return [
    ...fromInput,
    ...(scope === null ? [] : fromKey),
    ...fromPath,
    ...(body === undefined || body.maxMiB === null ? [] : fromBody),
    ...errors,
    ...(scope === null ? [] : fromServer),
  ];
}

function answersOf({ answers, scope }: Operation): Readonly<Record<string, ResponseObject>> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, content, isCached = false }]) => [
      status,
      {
        description,
        headers: answerHeaders({ hasKey: scope !== null, isCached }),
        ...(content === undefined ? {} : { content }),
      },
    ]),
  );
}

function bodyDescription(maxMiB: number | null): string {
  if (maxMiB === null) return 'Anything or nothing: it is not read.';
  return `At most ${maxMiB < 1 ? `${maxMiB * 1024} KiB` : `${maxMiB} MiB`}, packed or not.`;
}

/** What there is to say beside the summary, with who may not. */
function descriptionOf({ description, isLiveOnly = false }: Operation): string | undefined {
  const said = [description, isLiveOnly ? 'With a live key only.' : undefined].filter(
    (part) => part !== undefined,
  );
  return said.length === 0 ? undefined : said.join(' ');
}

/** The scheme that a route's key is sent by. */
const schemeOf = ({ door }: Operation) => (door === undefined ? 'apiKey' : `${door}Key`);

/** What comes before any route has our own form, for whoever it is. */
const doorErrorsOf = (door: DoorName, operation: Operation) => ({
  ...doorErrorAnswers(door, operation),
  ...errorAnswers([]),
});

function toObject(operation: Operation): OperationObject {
  const { operationId, tag, summary, scope, door, parameters, body } = operation;
  const description = descriptionOf(operation);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: scope === null ? [] : [{ [schemeOf(operation)]: [scope] }],
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: !body.isOptional,
            description: bodyDescription(body.maxMiB),
            content: body.content,
          },
        }),
    responses: {
      ...(door === undefined ? errorAnswers(errorsOf(operation)) : doorErrorsOf(door, operation)),
      ...answersOf(operation),
    },
  };
}

function pathsOf(rows: readonly Operation[]): Readonly<Record<string, PathItem>> {
  const paths: Record<string, PathItem> = {};
  for (const row of rows) paths[row.path] = { ...paths[row.path], [row.method]: toObject(row) };
  return paths;
}

const usedResponses = (paths: Readonly<Record<string, PathItem>>) => {
  const text = JSON.stringify(paths);
  return Object.fromEntries(
    Object.entries(errorResponses).filter(([name]) => text.includes(`"#/components/responses/${name}"`)),
  );
};

/** Makes the OpenAPI 3.1 document of the API that is reached at this URL, which does not end in a slash. Pure. */
export function openApiDocument({ serverUrl }: { readonly serverUrl: string }): OpenApiDocument {
  const paths = pathsOf(operations);
  const all: readonly Component[] = components;
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Postroom',
      version,
      summary: 'Batches of email in over HTTP, one durable row per email, out through Amazon SES.',
      description: guideFor(serverUrl),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl, description: 'This installation' }],
    tags,
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description:
            'A key, `sk_live_...` or `sk_test_...`, with the scope that the operation names, or `full`.',
        },
        resendKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'The same key where clients of Resend send it: `Authorization: Bearer sk_live_...`.',
        },
        postmarkKey: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Postmark-Server-Token',
          description: 'The same key where clients of Postmark send it.',
        },
      },
      schemas: componentSchemas(all),
      headers,
      responses: usedResponses(paths),
    },
  };
}
