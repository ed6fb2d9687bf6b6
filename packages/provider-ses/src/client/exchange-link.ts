import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { Exchange } from './exchange.ts';

/**
 * Leads from the request that the HTTP handler is given back to the call that it belongs to.
 *
 * The SDK could carry this in the options of `send`, but a call with options rebuilds the whole
 * middleware stack, which costs a fifth of the CPU time of a call.
 */
export type ExchangeLink = {
  readonly bind: (input: object, exchange: Exchange) => void;
  readonly find: (request: object) => Exchange | undefined;
  readonly install: (client: SESv2Client) => void;
};

/** One link per client; entries live as long as the SDK holds the input and the request. */
export function createExchangeLink(): ExchangeLink {
  const byInput = new WeakMap<object, Exchange>();
  const byRequest = new WeakMap<object, Exchange>();
  return {
    bind: (input, exchange) => {
      byInput.set(input, exchange);
    },
    find: (request) => byRequest.get(request),
    install: (client) => {
      client.middlewareStack.add(
        (next) => async (args) => {
          const exchange = byInput.get(args.input);
          if (exchange !== undefined && typeof args.request === 'object' && args.request !== null) {
            byRequest.set(args.request, exchange);
          }
          return next(args);
        },
        // Innermost, after signing: the request seen here is the one that the handler gets.
        { name: 'postroomExchangeLink', step: 'deserialize', priority: 'low' },
      );
    },
  };
}
