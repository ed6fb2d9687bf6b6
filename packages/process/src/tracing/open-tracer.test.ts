import { afterAll, expect, test } from '@jest/globals';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { openTracer, type ProcessTracer } from './open-tracer.ts';

const exporter = new InMemorySpanExporter();

/** Loads an SDK, as whoever runs a process does. */
function traced(): ProcessTracer {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  const tracer = openTracer();
  if (tracer === null) throw new Error('the SDK is not seen');
  return tracer;
}

afterAll(() => {
  for (const api of [context, propagation, trace]) api.disable();
});

test('nothing is traced without an SDK, and an SDK that was loaded is found', () => {
  expect(openTracer()).toBeNull();
  expect(traced()).not.toBeNull();
  expect(exporter.getFinishedSpans()).toEqual([]);
});

test('spans stand in the trace that a request names, in each other, and where a traceparent says', async () => {
  const tracer = openTracer();
  if (tracer === null) throw new Error('the SDK is not seen');
  const [traceId, spanId] = ['a'.repeat(32), 'b'.repeat(16)];
  const told = tracer.withinRequest({ traceparent: `00-${traceId}-${spanId}-01` }, (isUnderWay) => {
    expect(isUnderWay).toBe(false);
    const outer = tracer.open('outer', { kind: 'server' });
    tracer.within(outer, () => {
      tracer.withinRequest({}, (isNowUnderWay) => expect(isNowUnderWay).toBe(true));
      tracer.open('inner', {}).end();
    });
    outer.end();
    return outer.traceparent;
  });
  expect(told).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  const later = tracer.open('later', { parent: told, startedAt: 1_000 });
  later.fail('rejected');
  later.end(3_000);
  tracer.open('linked', { parent: null, links: [told, 'nonsense'] }).end();
  await tracer.flush();
  const [inner, outer, remote, linked] = exporter.getFinishedSpans();
  expect(outer?.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true });
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  expect(remote).toMatchObject({
    name: 'later',
    duration: [2, 0],
    attributes: { 'error.type': 'rejected' },
    parentSpanContext: { spanId: outer?.spanContext().spanId },
  });
  expect(linked?.parentSpanContext).toBeUndefined();
  expect(linked?.links.map((link) => link.context.spanId)).toEqual([outer?.spanContext().spanId]);
});

test('a traceparent that is none leads to a trace of its own', () => {
  const span = openTracer()?.open('alone', { parent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` });
  span?.end();
  expect(exporter.getFinishedSpans().at(-1)).toMatchObject({ name: 'alone', links: [] });
  expect(exporter.getFinishedSpans().at(-1)?.parentSpanContext).toBeUndefined();
});
