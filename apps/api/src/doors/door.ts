import type { RequestHandler, Router } from 'express';
import type { KeyReader } from '../middleware/authenticate.ts';

/** What every request with a key passes, given where it has its key. */
export type GuardsOf = (keyOf: KeyReader) => RequestHandler[];

/** A way in for another product's clients: its routes behind these guards, in its own form, onto the use cases of our own. */
export type Door = (guardsOf: GuardsOf) => Router;
