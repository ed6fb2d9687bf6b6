import type { ClientRequest, ClientSend } from '../nouns/client-log.ts';
import type { ExitFact, FaultFact, ReceivedFact } from '../nouns/facts.ts';

/** What is noted while a run goes on. */
export type Notes = {
  readonly requests: ClientRequest[];
  readonly sends: ClientSend[];
  readonly faults: FaultFact[];
  readonly exits: ExitFact[];
  readonly received: ReceivedFact[];
  readonly lines: string[];
  readonly failures: string[];
};

/** Nothing noted yet. */
export const emptyNotes = (): Notes => ({
  requests: [],
  sends: [],
  faults: [],
  exits: [],
  received: [],
  lines: [],
  failures: [],
});
