import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import type { KeyReader } from '../middleware/authenticate.ts';
import type { ErrorForm } from '../middleware/handle-errors.ts';

/** What every request with a key passes, given where it has its key. */
export type GuardsOf = (keyOf: KeyReader) => RequestHandler[];

/** What answers with an error, in the words of whoever asks. */
export type ErrorsIn = (form: ErrorForm) => ErrorRequestHandler;

/** A way in for another product's clients: its routes behind these guards, in its own form, onto the use cases of our own. */
export type Door = (guardsOf: GuardsOf, errorsIn: ErrorsIn) => Router;
