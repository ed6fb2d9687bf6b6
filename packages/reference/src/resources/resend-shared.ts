import { resendDeletedSchema, resendPageSchema } from '@postroom/contracts';
import { answerObject } from '../component.ts';
import { queryParameters } from '../parameters.ts';

/** The answer to something that is gone. */
export const resendDeleted = answerObject('ResendDeleted', resendDeletedSchema, {
  about: 'Something that is gone.',
  fields: { object: 'What it was.', id: 'Its id.', deleted: 'Always true.' },
});

/** What all routes for what stands beside emails have in common. */
export const resendManaged = { tag: 'Resend', door: 'resend', errors: [], scope: 'admin' } as const;

/** Those of them that a test key may not call. */
export const resendLive = { ...resendManaged, isLiveOnly: true } as const;

/** The notes of the parameters that all lists have. */
export const resendPageNotes = {
  limit: 'How many entries the page may have.',
  after: 'The id of the last entry seen.',
  before: { description: 'Not offered: refused by name.', type: 'string' as const },
};

/** The parameters of a list by id. */
export const resendPage = queryParameters(resendPageSchema, resendPageNotes);
