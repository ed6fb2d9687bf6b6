import { attemptOf, type ReceivedMessage, recipientsOf } from './received-message.ts';

/** One SendEmail request that the fake could read, whatever became of it: what counts against the rate that SES allows. */
export type SesArrival = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonicMs: number;
  readonly sendId: string | null;
  readonly attempt: number | null;
  readonly recipientsCount: number;
  /** `accepted`, an error's name, or the fault that struck; null while it is not answered yet. */
  readonly outcome: string | null;
};

/** Every arrival, in the order of time. */
export type Arrivals = {
  /** Notes that a message arrived now, and answers how to say what became of it. */
  note(message: ReceivedMessage): (outcome: string) => void;
  list(): SesArrival[];
  clear(): void;
};

/** Makes an empty list. */
export function createArrivals(): Arrivals {
  let arrivals: SesArrival[] = [];
  return {
    note(message) {
      const own = arrivals;
      const arrival: SesArrival = {
        at: Date.now(),
        monotonicMs: performance.now(),
        ...attemptOf(message),
        recipientsCount: recipientsOf(message).length,
        outcome: null,
      };
      const place = own.push(arrival) - 1;
      return (outcome) => {
        own[place] = { ...arrival, outcome };
      };
    },
    list: () => [...arrivals],
    clear() {
      arrivals = [];
    },
  };
}
