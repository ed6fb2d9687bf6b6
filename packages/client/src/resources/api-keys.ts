import type { Result } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type { ApiKey, CreateApiKey, CreatedApiKey } from '../types/resources.ts';
import { collection } from './collection.ts';

/** `/api-keys`: who may call. */
export function createApiKeys(transport: Transport) {
  const { act, list, listAll, remove } = collection<ApiKey, CreateApiKey>({
    transport,
    route: 'api-keys',
    isResource: hasFields<ApiKey>('id', 'prefix'),
  });
  return {
    list,
    listAll,
    /** Makes a key; this answer alone holds the key itself. Not repeated after an answer that was lost. */
    create: (input: CreateApiKey, options?: CallOptions): Promise<Result<CreatedApiKey>> =>
      act(
        {
          method: 'POST',
          path: [],
          body: input,
          effect: 'once',
          isAnswer: hasFields<CreatedApiKey>('id', 'key'),
        },
        options,
      ),
    /** Ends a key; it stops working within 10 seconds. */
    revoke: remove,
  };
}
