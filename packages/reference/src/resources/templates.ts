import {
  createTemplateSchema,
  pageSchema,
  previewTemplateSchema,
  type TemplateResource,
  type TemplateSummaryResource,
  templatePreviewSchema,
  templateSchema,
  templateSummarySchema,
  templatesQuerySchema,
  updateTemplateSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { pageNotes, queryParameters } from '../parameters.ts';
import { templateVersionComponents, templateVersionOperations } from './template-versions.ts';
import { content, id, path, shared } from './templates-shared.ts';

const requestNotes = {
  name: 'For you: recipients do not see it. One line.',
  subject: 'A Handlebars template. Not escaped; what data brings of line breaks is removed.',
  format: 'What the template is written as: `html` unless told. `mjml` is compiled when it is saved.',
  html: 'A Handlebars template, at most 500,000 characters. Values are escaped. Not with `format: "mjml"`, else required.',
  source:
    'MJML with Handlebars in it, at most 500,000 characters: with `format: "mjml"`, from which the html is compiled. `null`: there is none.',
  text: 'A Handlebars template of the text part. Values are not escaped.',
  senderProfileId: 'Who sends of this template come from unless they say otherwise.',
  sampleData: 'What a preview without data of its own is rendered with.',
};

const create = requestObject('CreateTemplate', createTemplateSchema, {
  about: 'A template to be made.',
  fields: requestNotes,
});

const update = requestObject('UpdateTemplate', updateTemplateSchema, {
  about: 'What is absent stays as it is; `null` unsets a field that may be unset.',
  fields: requestNotes,
});

const preview = requestObject('PreviewTemplate', previewTemplateSchema, {
  about: 'What to render a preview with.',
  fields: { data: 'The context. Absent: the `sampleData` of the template.' },
});

const summaryNotes = {
  id: 'What sends name it by.',
  name: 'For you.',
  subject: 'The subject, as Handlebars.',
  senderProfileId: 'Who sends come from unless they say otherwise.',
  format: 'What it is written as.',
  status: 'Sends can be made of `Active` ones alone.',
  currentSnapshotId:
    'The immutable copy of the content as it is now: what sends accepted from now on render.',
  createdAt: 'When it was made.',
  updatedAt: 'When it last changed.',
};

const summary = answerObject('TemplateSummary', templateSummarySchema, {
  about: 'A template as lists have it. Reading it alone answers its content as well.',
  fields: summaryNotes,
});

const template = answerObject('Template', templateSchema, {
  about: 'A template.',
  fields: {
    ...summaryNotes,
    html: 'The html part, as Handlebars.',
    source: 'The MJML that the html was compiled from; null: it was written as html.',
    text: 'The text part, as Handlebars.',
    sampleData: 'What a preview without data of its own is rendered with.',
    variables: 'The variables that the content reads.',
  },
});

const variables = answerObject('TemplateVariables', templateSchema.shape.variables, {
  about: 'The variables that a template reads, dotted; all together at most 65,536 characters.',
  fields: {
    required: 'Always read: an item whose `data` lacks one is rejected.',
    optional: 'Read under conditions, or with a value in their stead.',
  },
});

const page = answerObject('TemplatePage', pageSchema(templateSummarySchema), {
  about: 'A page of templates.',
  fields: {
    data: 'The templates, newest first, without `html`, `source`, `text`, `sampleData` and `variables`.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

const previewed = answerObject('TemplatePreview', templatePreviewSchema, {
  about: 'What a template comes to.',
  fields: {
    subject: 'The subject.',
    html: 'The html part.',
    text: 'The text part.',
    missing: 'Required variables that had no value.',
    warnings: 'What may not be meant as it renders; absent when there is nothing to say.',
  },
});

/** The components of templates. */
export const templateComponents: readonly Component[] = [
  create,
  update,
  preview,
  summary,
  template,
  variables,
  page,
  previewed,
  ...templateVersionComponents,
];

const exampleSummary: TemplateSummaryResource = {
  id: exampleIds.template,
  name: 'Order sent',
  subject: content.subject,
  senderProfileId: exampleIds.senderProfile,
  format: 'html',
  status: 'Active',
  currentSnapshotId: exampleIds.snapshot,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const exampleTemplate: TemplateResource = {
  ...exampleSummary,
  ...content,
  source: null,
  text: null,
  sampleData: { name: 'Ada', order: '1001' },
  variables: { required: ['name', 'order'], optional: [] },
};

const answer = (description: string, change: Partial<TemplateResource> = {}) => ({
  description,
  content: jsonOf(template, example('A template', { ...exampleTemplate, ...change })),
});

const actions: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/archive`,
    operationId: 'archiveTemplate',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Archive a template',
    description: 'No new sends can be made of it. Those that were accepted go out. May be repeated.',
    parameters: [id],
    answers: { 200: answer('The template, archived.', { status: 'Archived' }) },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/unarchive`,
    operationId: 'unarchiveTemplate',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Bring a template back',
    parameters: [id],
    answers: { 200: answer('The template, active.') },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/duplicate`,
    operationId: 'duplicateTemplate',
    scope: 'templates:write',
    summary: 'Duplicate a template',
    parameters: [id],
    answers: { 201: answer('The copy.', { name: 'Order sent (copy)' }) },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/preview`,
    operationId: 'previewTemplate',
    scope: 'templates:read',
    summary: 'Preview a template',
    description:
      'Renders it as a send would, for a recipient whom nobody knows. Nothing is sent. 422 where it comes to more than 4 MiB of JSON, or than 1 MiB and ten times the template and its data.',
    parameters: [id],
    body: {
      content: jsonOf(preview, example('With data', { data: { name: 'Ada', order: '1001' } })),
      maxMiB: 1,
    },
    answers: {
      200: {
        description: 'What it comes to.',
        content: jsonOf(
          previewed,
          example('A preview', {
            subject: 'Your order 1001 is on its way',
            html: '<p>Dear Ada, order 1001 left today.</p>',
            text: null,
            missing: [],
          }),
        ),
      },
    },
    errors: ['unprocessable'],
  },
];

/** What can be done with templates. */
export const templateOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createTemplate',
    scope: 'templates:write',
    summary: 'Create a template',
    description:
      'One that does not compile, uses a helper that does not exist or a partial is refused, with line and column. MJML is ' +
      'compiled once, with its Handlebars left as it is, where the server has it installed.',
    body: {
      content: jsonOf(
        create,
        example('An order', {
          name: 'Order sent',
          ...content,
          senderProfileId: exampleIds.senderProfile,
          sampleData: { name: 'Ada', order: '1001' },
        }),
      ),
      maxMiB: 1,
    },
    answers: { 201: answer('The template.') },
    errors: ['template_invalid'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listTemplates',
    scope: 'templates:read',
    summary: 'List templates',
    parameters: queryParameters(templatesQuerySchema, {
      ...pageNotes,
      status: 'Those with this status alone.',
    }),
    answers: {
      200: {
        description: 'A page of templates.',
        content: jsonOf(page, example('The only page', { data: [exampleSummary], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getTemplate',
    scope: 'templates:read',
    summary: 'Read a template',
    parameters: [id],
    answers: { 200: answer('The template.') },
    errors: [],
  },
  {
    ...shared,
    method: 'patch',
    path: `${path}/{id}`,
    operationId: 'updateTemplate',
    isLiveOnly: true,
    scope: 'templates:write',
    summary: 'Change a template',
    description:
      'Sends that were accepted before keep the content that they were accepted with. With all its parts and sample data a ' +
      'template stays within the 1 MiB of a request.',
    parameters: [id],
    body: { content: jsonOf(update, example('Another name', { name: 'Order on its way' })), maxMiB: 1 },
    answers: { 200: answer('The template as it is now.', { name: 'Order on its way' }) },
    errors: ['state_conflict', 'template_invalid'],
  },
  ...templateVersionOperations,
  ...actions,
];
