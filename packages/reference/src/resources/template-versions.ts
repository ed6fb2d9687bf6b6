import {
  maxTemplateVersions,
  templateVersionSchema,
  templateVersionSummarySchema,
  templateVersionsSchema,
} from '@postroom/contracts';
import { answerObject, type Component } from '../component.ts';
import { exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { content, id, path, shared } from './templates-shared.ts';

const versionNotes = {
  version: 'Its number.',
  subject: 'The subject, as Handlebars.',
  format: 'What it is written as.',
  createdAt: 'When the template came to it.',
};

const versionSummary = answerObject('TemplateVersionSummary', templateVersionSummarySchema, {
  about: 'A version as lists have it.',
  fields: versionNotes,
});

const versions = answerObject('TemplateVersions', templateVersionsSchema, {
  about: 'The versions of a template.',
  fields: {
    data: 'Newest first: the first is the template as it is, unless an API of a release from before versions saved it last.',
  },
});

const version = answerObject('TemplateVersion', templateVersionSchema, {
  about: 'The content of a template after one of its changes.',
  fields: {
    ...versionNotes,
    html: 'The html part.',
    source: 'The MJML that the html was compiled from; null: it was written as html.',
    text: 'The text part.',
  },
});

/** The components of versions. */
export const templateVersionComponents: readonly Component[] = [versionSummary, versions, version];

const exampleVersion = {
  version: 1,
  subject: content.subject,
  format: 'html',
  createdAt: exampleTimes.created,
} as const;

/** What can be done with versions. */
export const templateVersionOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}/versions`,
    operationId: 'listTemplateVersions',
    scope: 'templates:read',
    summary: 'List the versions of a template',
    description: `A change of subject, html, source or text makes one; the last ${maxTemplateVersions} are kept.`,
    parameters: [id],
    answers: {
      200: {
        description: 'The versions.',
        content: jsonOf(versions, example('The only version', { data: [exampleVersion] })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}/versions/{version}`,
    operationId: 'getTemplateVersion',
    scope: 'templates:read',
    summary: 'Read a version of a template',
    description:
      'A `PATCH` of the template with its `format`, `subject` and `text`, and its `html` where `format` is `html`, its `source` where it is `mjml`, makes it the newest.',
    parameters: [
      id,
      {
        name: 'version',
        in: 'path',
        required: true,
        description: 'Its number.',
        schema: { type: 'integer', minimum: 1 },
        example: 1,
      },
    ],
    answers: {
      200: {
        description: 'The version.',
        content: jsonOf(
          version,
          example('A version', { ...exampleVersion, html: content.html, source: null, text: null }),
        ),
      },
    },
    errors: [],
  },
];
