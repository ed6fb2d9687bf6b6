/** What is held of a stream. */
type Source = Pick<EventSource, 'readyState' | 'close'>;

/** `EventSource.CLOSED`: it opens by itself no more. */
const closed = 2;

/** How long a stream may be silent before it is held for dead, in milliseconds: the API tells every two seconds, and a connection that is lost on the way ends with no error. */
const silentMs = 15_000;

/** Keeps one stream open at a time, as often as it is looked at. */
export function keepStream({
  open,
  clock,
  onClosed,
}: {
  /** Opens a stream that calls `heard` with all that it is told. */
  readonly open: (heard: () => void) => Source;
  /** Milliseconds that never go back. */
  readonly clock: () => number;
  readonly onClosed: () => void;
}) {
  let source: Source | null = null;
  // Null: nothing yet, which nobody takes for the state of things.
  let heardAt: number | null = null;
  const close = () => {
    source?.close();
    source = null;
    onClosed();
  };
  return {
    close,
    /** Closes a stream that is silent, and opens another where there is none. */
    look: () => {
      if (heardAt !== null && clock() - heardAt > silentMs) close();
      if (source !== null && source.readyState !== closed) return;
      heardAt = null;
      source = open(() => {
        heardAt = clock();
      });
    },
  };
}
