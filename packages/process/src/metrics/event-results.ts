import type { Logger } from '../log/logger.ts';
import { Counter, type Registry } from './metrics.ts';

/** The part of what stored events came to that is counted. */
type Outcome = {
  readonly suppressed: readonly { readonly reason: string; readonly origin: string }[];
  readonly unmatched: number;
};

type Settled = { readonly id: string; readonly status: string };

/** What becomes of SES's events. */
export type EventResults = {
  readonly events: Counter<'result'>;
  /** Counts what events, so many, came to. */
  readonly recorded: (events: number, outcome: Outcome) => void;
};

/** Counts what stored events came to, and writes down which sends they settled. */
export function tellOfEvents(results: EventResults, logger: Logger) {
  return (count: number, outcome: Outcome & { readonly settled: readonly Settled[] }): void => {
    results.recorded(count, outcome);
    for (const { id, status } of outcome.settled) {
      logger.info({ event: 'send_settled_by_event', sendId: id, status });
    }
  };
}

/** Counts what becomes of SES's events, in whichever process takes them. */
export function createEventResults(registry: Registry): EventResults {
  const registers = [registry];
  const events = new Counter({
    name: 'postroom_ses_events_total',
    help: 'Events of SES, by result: recorded, unmatched, ignored, refused or failed.',
    labelNames: ['result'],
    registers,
  });
  const suppressions = new Counter({
    name: 'postroom_suppressed_total',
    help: 'Suppressions that events made, or made stronger, by reason and origin.',
    labelNames: ['reason', 'origin'],
    registers,
  });
  return {
    events,
    recorded: (count, { suppressed, unmatched }) => {
      events.inc({ result: 'recorded' }, count - unmatched);
      if (unmatched > 0) events.inc({ result: 'unmatched' }, unmatched);
      for (const { reason, origin } of suppressed) suppressions.inc({ reason, origin });
    },
  };
}
