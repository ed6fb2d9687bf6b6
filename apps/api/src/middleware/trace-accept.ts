import type { ProcessTracer } from '@postroom/process';
import type { RequestHandler } from 'express';
import { requestIdOf } from './request-id.ts';

/** Where mail is posted: our own routes, and the doors. */
const takesMail = /^(\/api\/v1|\/resend)?\/emails?(\/batch|\/withTemplate|\/batchWithTemplates)?\/?$/;

/** Tells of each request that posts mail, from its head to its answer, as a part of the trace that it names. */
export const traceAccept =
  (tracer: ProcessTracer): RequestHandler =>
  (request, response, next) => {
    if (request.method !== 'POST' || !takesMail.test(request.path)) return next();
    tracer.withinRequest(request.headers, (isUnderWay) => {
      const span = tracer.open('postroom.accept', {
        // An instrumentation of HTTP has told of the request as such.
        kind: isUnderWay ? 'internal' : 'server',
        attributes: {
          'http.request.method': request.method,
          'url.path': request.path,
          'postroom.request_id': requestIdOf(response),
        },
      });
      response.once('close', () => {
        span.set({ 'http.response.status_code': response.statusCode });
        if (response.statusCode >= 500) span.fail(String(response.statusCode));
        span.end();
      });
      tracer.within(span, next);
    });
  };
