import { failure, type Result, success } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type { Page } from '../types/resources.ts';
import type {
  CreateWebhook,
  ReplayedWebhook,
  ReplayWebhook,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryFilters,
  WebhookDeliveryLog,
  WebhookEvent,
  WebhookWithSecret,
} from '../types/webhooks.ts';
import { walk } from '../walk.ts';
import { collection } from './collection.ts';

const route = 'webhooks';
const hasSecret = hasFields<WebhookWithSecret>('id', 'secret');
const isLog = hasFields<WebhookDeliveryLog>('webhookId', 'attemptLog');

function deliveriesOf(transport: Transport) {
  const list = (
    id: string,
    filters?: WebhookDeliveryFilters,
    options?: CallOptions,
  ): Promise<Result<Page<WebhookDelivery>>> =>
    transport.call({
      method: 'GET',
      path: [route, id, 'deliveries'],
      query: { ...filters },
      effect: 'none',
      isAnswer: hasFields<Page<WebhookDelivery>>('data', 'nextCursor'),
      options,
    });
  return {
    /** What was sent to a webhook, newest first, each with its last try. */
    deliveries: list,
    /** Every one of them, page by page as they are walked; an error is the last step. */
    allDeliveries: (
      id: string,
      filters?: WebhookDeliveryFilters,
      options?: CallOptions,
    ): AsyncGenerator<Result<WebhookDelivery>, void, undefined> =>
      walk(filters?.cursor, async (cursor) => {
        const { data: page, error } = await list(id, { ...filters, cursor }, options);
        return error === null ? success({ entries: page.data, next: page.nextCursor }) : failure(error);
      }),
    /** One of them with every try. */
    delivery: (id: string, deliveryId: string, options?: CallOptions): Promise<Result<WebhookDeliveryLog>> =>
      transport.call({
        method: 'GET',
        path: [route, id, 'deliveries', deliveryId],
        effect: 'none',
        isAnswer: isLog,
        options,
      }),
  };
}

/** `/webhooks`: where the workspace is told of what happens. */
export function createWebhooks(transport: Transport) {
  const { act, get, list, listAll, remove, update } = collection<Webhook, CreateWebhook>({
    transport,
    route,
    isResource: hasFields<Webhook>('id', 'events'),
  });
  return {
    get,
    list,
    listAll,
    remove,
    update,
    ...deliveriesOf(transport),
    /** Makes a webhook; this answer holds its secret. Not repeated after an answer that was lost. */
    create: (input: CreateWebhook, options?: CallOptions): Promise<Result<WebhookWithSecret>> =>
      act({ method: 'POST', path: [], body: input, effect: 'once', isAnswer: hasSecret }, options),
    /** Gives it a new secret; the one before signs as well for 24 hours. Not repeated after an answer that was lost. */
    rotateSecret: (id: string, options?: CallOptions): Promise<Result<WebhookWithSecret>> =>
      act({ method: 'POST', path: [id, 'rotate-secret'], effect: 'once', isAnswer: hasSecret }, options),
    /** Sends an example of an event, `email.delivered` unless told; `state_conflict` if the webhook is disabled, as for replays. */
    test: (id: string, event?: WebhookEvent, options?: CallOptions): Promise<Result<WebhookDeliveryLog>> =>
      act(
        {
          method: 'POST',
          path: [id, 'test'],
          body: event === undefined ? {} : { event },
          effect: 'once',
          isAnswer: isLog,
        },
        options,
      ),
    /** Makes one delivery again, under the same id. */
    replayDelivery: (
      id: string,
      deliveryId: string,
      options?: CallOptions,
    ): Promise<Result<WebhookDeliveryLog>> =>
      act(
        { method: 'POST', path: [id, 'deliveries', deliveryId, 'replay'], effect: 'once', isAnswer: isLog },
        options,
      ),
    /** Makes those of a time again, up to 10,000. */
    replay: (id: string, which: ReplayWebhook, options?: CallOptions): Promise<Result<ReplayedWebhook>> =>
      act(
        {
          method: 'POST',
          path: [id, 'replay'],
          body: which,
          effect: 'once',
          isAnswer: hasFields<ReplayedWebhook>('replayed', 'nextSince'),
        },
        options,
      ),
  };
}
