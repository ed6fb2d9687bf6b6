import { exampleIds } from '../example-ids.ts';
import { idParameter } from '../parameters.ts';

/** What the routes of templates and of their versions have in common. */
export const path = '/api/v1/templates';
export const id = idParameter('template', exampleIds.template);
export const shared = { tag: 'Templates' } as const;

/** The content of the examples. */
export const content = {
  subject: 'Your order {{order}} is on its way',
  html: '<p>Dear {{name}}, order {{order}} left today.</p>',
};
