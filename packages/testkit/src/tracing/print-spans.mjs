import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

/*
 * Loaded with --import into a process of a stack, as whoever runs Postroom loads an SDK of OpenTelemetry: prints each span as a
 * line when it has ended.
 */
const exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { name, kind, status, attributes, links, parentSpanContext } = span;
      const { traceId, spanId } = span.spanContext();
      const linked = links.map((link) => link.context.traceId);
      const printed = {
        name,
        kind,
        status,
        attributes,
        traceId,
        spanId,
        parentId: parentSpanContext?.spanId,
        linked,
      };
      process.stdout.write(`${JSON.stringify({ span: printed })}\n`);
    }
    done({ code: 0 });
  },
  shutdown: async () => undefined,
};

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);
