import {
  resendChangedTemplateSchema,
  resendCreateTemplateSchema,
  resendListedTemplateSchema,
  resendListSchema,
  resendTemplateSchema,
  resendUpdateTemplateSchema,
  resendVariableSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import type { JsonSchema } from '../model.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter } from '../parameters.ts';
import { resendDeleted, resendPage } from './resend-shared.ts';

const nothing: JsonSchema = { type: 'null' };

const variable = requestObject('ResendVariable', resendVariableSchema, {
  about: 'A variable that a template declares. Those that it reads are known without.',
  fields: {
    key: 'Its name.',
    type: 'What its fallback is.',
    fallback_value:
      'What stands for it where no value is given: it becomes `{{{default NAME "value"}}}` in the template.',
  },
});
const requestNotes = {
  name: 'For you: recipients do not see it.',
  subject: 'The subject, with variables in it.',
  html: 'The html part, with variables in it.',
  text: 'The text part, with variables in it.',
  alias: { description: 'Not kept: refused by name.', ...nothing },
  from: { description: 'Not kept: refused by name.', ...nothing },
  reply_to: { description: 'Not kept: refused by name.', ...nothing },
  variables: 'The variables that have a fallback, and others if you like.',
};
const create = requestObject('ResendCreateTemplate', resendCreateTemplateSchema, {
  about: 'A template to be made.',
  fields: requestNotes,
});
const update = requestObject('ResendUpdateTemplate', resendUpdateTemplateSchema, {
  about: 'What is to be changed of a template.',
  fields: requestNotes,
});
const listedNotes = {
  id: 'Its id: the same as under `/api/v1`.',
  name: 'For you.',
  alias: 'Always null.',
  status: 'Always `published`: there are no drafts.',
  published_at: 'When it last changed.',
  created_at: 'When it was made.',
  updated_at: 'When it last changed.',
};
const listed = answerObject('ResendListedTemplate', resendListedTemplateSchema, {
  about: 'A template of a list.',
  fields: listedNotes,
});
const templates = answerObject('ResendTemplates', resendListSchema(resendListedTemplateSchema), {
  about: 'A page of templates.',
  fields: { object: 'Always `list`.', has_more: 'Whether more follow.', data: 'The templates.' },
});
const shownVariable = answerObject('ResendTemplateVariable', resendTemplateSchema.shape.variables.element, {
  about: 'A variable that the template reads.',
  fields: {
    key: 'Its name.',
    type: 'Always `string`: it is not kept.',
    fallback_value: 'Always null: it stands in the template.',
    created_at: 'When the template was made.',
    updated_at: 'When the template last changed.',
  },
});
const template = answerObject('ResendTemplate', resendTemplateSchema, {
  about: 'A template.',
  fields: {
    object: 'Always `template`.',
    ...listedNotes,
    subject: 'The subject, in our words.',
    html: 'The html part, in our words.',
    text: 'The text part, in our words.',
    from: 'The address of its sender profile.',
    reply_to: 'That to which its sender profile has answers sent.',
    variables: 'The variables that it reads.',
    has_unpublished_versions: 'Always false.',
    current_version_id: 'The immutable copy of its content as it is now.',
  },
});
const changed = answerObject('ResendChangedTemplate', resendChangedTemplateSchema, {
  about: 'A template that was made, changed, copied or published.',
  fields: { object: 'Always `template`.', id: 'Its id.' },
});

/** The components of templates for clients of Resend. */
export const resendTemplateComponents: readonly Component[] = [
  variable,
  create,
  update,
  listed,
  templates,
  shownVariable,
  template,
  changed,
];

const exampleListed = {
  id: exampleIds.template,
  name: 'Welcome',
  alias: null,
  status: 'published',
  published_at: exampleTimes.updated,
  created_at: exampleTimes.created,
  updated_at: exampleTimes.updated,
};
const exampleTemplate = {
  object: 'template',
  ...exampleListed,
  subject: 'Hello',
  html: '<p>Hello {{{default NAME "you"}}}</p>',
  text: null,
  from: 'orders@example.com',
  reply_to: null,
  variables: [
    {
      key: 'NAME',
      type: 'string',
      fallback_value: null,
      created_at: exampleTimes.created,
      updated_at: exampleTimes.updated,
    },
  ],
  has_unpublished_versions: false,
  current_version_id: exampleIds.snapshot,
};
const exampleCreate = {
  name: 'Welcome',
  subject: 'Hello',
  html: '<p>Hello {{{NAME}}}</p>',
  variables: [{ key: 'NAME', type: 'string', fallback_value: 'you' }],
};
const changedContent = jsonOf(changed, example('Its id', { object: 'template', id: exampleIds.template }));
const templateId = [idParameter('template', exampleIds.template)];

const common = { tag: 'Resend', door: 'resend', errors: [] } as const;
const reading = { ...common, scope: 'templates:read', method: 'get' } as const;
const writing = { ...common, scope: 'templates:write', method: 'post' } as const;

/** What clients of Resend call of templates. */
export const resendTemplateOperations: readonly Operation[] = [
  {
    ...writing,
    path: '/resend/templates',
    operationId: 'resendCreateTemplate',
    summary: 'Make a template',
    description: 'It can be sent at once: there are no drafts.',
    body: { content: jsonOf(create, example('A template', exampleCreate)), maxMiB: 1 },
    answers: { 201: { description: 'It was made.', content: changedContent } },
  },
  {
    ...reading,
    path: '/resend/templates',
    operationId: 'resendListTemplates',
    summary: 'List templates',
    parameters: resendPage,
    answers: {
      200: {
        description: 'A page of templates.',
        content: jsonOf(
          templates,
          example('A page', { object: 'list', has_more: false, data: [exampleListed] }),
        ),
      },
    },
  },
  {
    ...reading,
    path: '/resend/templates/{id}',
    operationId: 'resendGetTemplate',
    summary: 'Read a template',
    parameters: templateId,
    answers: {
      200: {
        description: 'The template.',
        content: jsonOf(template, example('A template', exampleTemplate)),
      },
    },
  },
  {
    ...writing,
    isLiveOnly: true,
    method: 'patch',
    path: '/resend/templates/{id}',
    operationId: 'resendUpdateTemplate',
    summary: 'Change a template',
    description: 'Sends that are accepted from now on have it so; those that were accepted before do not.',
    parameters: templateId,
    body: { content: jsonOf(update, example('Another subject', { subject: 'Welcome' })), maxMiB: 1 },
    answers: { 200: { description: 'It was changed.', content: changedContent } },
  },
  {
    ...writing,
    isLiveOnly: true,
    method: 'delete',
    path: '/resend/templates/{id}',
    operationId: 'resendRemoveTemplate',
    summary: 'Remove a template',
    description: 'It is archived: no more sends are made of it, and nothing is shown of it here.',
    parameters: templateId,
    answers: {
      200: {
        description: 'It is gone.',
        content: jsonOf(
          resendDeleted,
          example('Gone', { object: 'template', id: exampleIds.template, deleted: true }),
        ),
      },
    },
  },
  {
    ...writing,
    path: '/resend/templates/{id}/duplicate',
    operationId: 'resendDuplicateTemplate',
    summary: 'Copy a template',
    parameters: templateId,
    answers: { 201: { description: 'The copy was made.', content: changedContent } },
  },
  {
    ...writing,
    path: '/resend/templates/{id}/publish',
    operationId: 'resendPublishTemplate',
    summary: 'Publish a template',
    description: 'What is saved is published: this changes nothing.',
    parameters: templateId,
    answers: { 200: { description: 'It is published.', content: changedContent } },
  },
];
