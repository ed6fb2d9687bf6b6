/** What is told of a span beside its name. Nothing of it is content, an address or a key. */
type SpanAttributes = Readonly<Record<string, string | number>>;

/** Something that takes time, while it does. */
export type OpenSpan = {
  /** Where it stands, as W3C Trace Context has it. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** Notes that it failed, and as what: a class or a code. */
  fail(as: string): void;
  /** At this moment in milliseconds since 1970; now unless told. */
  end(at?: number): void;
};

/** How a span begins. */
export type SpanWish = {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** What it is a part of. Left out: of what is under way; null: of nothing. */
  readonly parent?: OpenSpan | string | null | undefined;
  /** Other traces that it belongs to. */
  readonly links?: readonly string[];
  readonly attributes?: SpanAttributes;
  /** When it began, in milliseconds since 1970; now unless told. */
  readonly startedAt?: number;
};

/** Where it is told what takes how long. There is none where nobody asked for traces: then nothing of this is run. */
export type Tracer = {
  open(name: string, wish: SpanWish): OpenSpan;
  /** Runs what a span is about, so that what is opened meanwhile is a part of it. */
  within<T>(span: OpenSpan, run: () => T): T;
};

/** The name of an error, without what it says: that may name an address. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** Runs something as a span of its own; a rejection is noted in it and passed on. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  { run, ...wish }: SpanWish & { readonly run: (span: OpenSpan) => Promise<T> },
): Promise<T> {
  const span = tracer.open(name, wish);
  try {
    return await tracer.within(span, () => run(span));
  } catch (error) {
    span.fail(nameOf(error));
    throw error;
  } finally {
    span.end();
  }
}
