import {
  type Context,
  context,
  isSpanContextValid,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { version } from '../version.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** A span that is open, by what W3C calls its `traceparent`. */
type OpenSpan = {
  readonly traceparent: string;
  set(attributes: Attributes): void;
  fail(as: string): void;
  end(at?: number): void;
};

type SpanWish = {
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly parent?: OpenSpan | string | null | undefined;
  readonly links?: readonly string[];
  readonly attributes?: Attributes;
  readonly startedAt?: number;
};

/** Tells OpenTelemetry what takes how long. */
export type ProcessTracer = {
  open(name: string, wish: SpanWish): OpenSpan;
  within<T>(span: OpenSpan, run: () => T): T;
  /** Runs a request of a client in the trace that its headers name, unless one is under way already, which `run` is told. */
  withinRequest<T>(headers: Readonly<Record<string, unknown>>, run: (isUnderWay: boolean) => T): T;
  /** Gives out what is not given out yet, as far as the SDK can. */
  flush(): Promise<void>;
};

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** https://www.w3.org/TR/trace-context/#traceparent-header, of the version that everybody writes. */
const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function readTraceparent(traceparent: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = traceparentPattern.exec(traceparent) ?? [];
  const read = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(read) ? read : null;
}

const writeTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

const opened = new WeakMap<OpenSpan, Span>();

function openedAs(span: Span): OpenSpan {
  const open: OpenSpan = {
    traceparent: writeTraceparent(span.spanContext()),
    set: (attributes) => void span.setAttributes(attributes),
    fail: (as) => {
      span.setAttribute('error.type', as);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    end: (at) => span.end(at),
  };
  opened.set(open, span);
  return open;
}

function parentContext(parent: SpanWish['parent']): Context {
  if (parent === undefined) return context.active();
  if (parent === null) return ROOT_CONTEXT;
  if (typeof parent === 'string') {
    const remote = readTraceparent(parent);
    return remote === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
  }
  const span = opened.get(parent);
  return span === undefined ? ROOT_CONTEXT : trace.setSpan(context.active(), span);
}

const linksTo = (links: readonly string[]): Link[] =>
  links.flatMap((link) => {
    const linked = readTraceparent(link);
    return linked === null ? [] : [{ context: linked }];
  });

/** What SDKs have for it; the interface that all of them share does not say so. */
async function flush(): Promise<void> {
  const provider = trace.getTracerProvider();
  const delegate: object =
    'getDelegate' in provider && typeof provider.getDelegate === 'function'
      ? provider.getDelegate()
      : provider;
  if ('forceFlush' in delegate && typeof delegate.forceFlush === 'function') await delegate.forceFlush();
}

/** Whether somebody listens: without an SDK no span has an id. This one is never ended, and so never told. */
const isHeard = (tracer: Tracer) =>
  isSpanContextValid(tracer.startSpan('postroom.start', {}, ROOT_CONTEXT).spanContext());

/**
 * Opens the way to the SDK of OpenTelemetry that whoever runs this process has loaded before it; null: there is none, and nothing
 * is traced.
 */
export function openTracer(): ProcessTracer | null {
  const tracer = trace.getTracer('postroom', version);
  if (!isHeard(tracer)) return null;
  return {
    open: (name, { kind = 'internal', parent, links = [], attributes = {}, startedAt }) =>
      openedAs(
        tracer.startSpan(
          name,
          {
            kind: kinds[kind],
            links: linksTo(links),
            attributes,
            ...(startedAt === undefined ? {} : { startTime: startedAt }),
          },
          parentContext(parent),
        ),
      ),
    within: (span, run) => context.with(parentContext(span), run),
    withinRequest: (headers, run) => {
      const active = context.active();
      const isUnderWay = trace.getSpan(active) !== undefined;
      return context.with(isUnderWay ? active : propagation.extract(active, headers), () => run(isUnderWay));
    },
    flush,
  };
}
