import type { Result } from '../result.ts';
import type { Pieces } from '../transport/open-csv.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type {
  CreateSuppression,
  ImportOptions,
  LiftedSuppression,
  Suppression,
  SuppressionFilters,
  SuppressionImport,
} from '../types/suppressions.ts';
import { collection } from './collection.ts';

const exported = ['suppressions', 'export'];

const isImport = hasFields<SuppressionImport>('total', 'added');

/** `/suppressions`: addresses that get no mail from the workspace; the address is the id. */
export function createSuppressions(transport: Transport) {
  const isResource = hasFields<Suppression>('email', 'reason');
  const { act, get, list, listAll, remove } = collection<Suppression, CreateSuppression, SuppressionFilters>({
    transport,
    route: 'suppressions',
    isResource,
  });
  return {
    get,
    list,
    listAll,
    remove,
    /** Suppresses an address; one that is suppressed already is answered, so the request may be repeated. */
    create: (input: CreateSuppression, options?: CallOptions): Promise<Result<Suppression>> =>
      act({ method: 'POST', path: [], body: input, effect: 'idempotent', isAnswer: isResource }, options),
    /** Lifts the suppression of an address at SES as well, and tells whether SES still holds it. */
    lift: (email: string, options?: CallOptions): Promise<Result<LiftedSuppression>> =>
      transport.call({
        method: 'DELETE',
        path: ['suppressions', email],
        query: { provider: 'true' },
        effect: 'idempotent',
        isAnswer: hasFields<LiftedSuppression>('stillSuppressedByProvider'),
        options,
      }),
    /** Suppresses up to 100,000 addresses at once; when a request was repeated, `added` is about the last one. */
    import: (
      suppressions: readonly CreateSuppression[],
      options?: CallOptions,
    ): Promise<Result<SuppressionImport>> =>
      act(
        {
          method: 'POST',
          path: ['import'],
          body: { suppressions },
          effect: 'idempotent',
          isAnswer: isImport,
        },
        options,
      ),
    /**
     * The same from a CSV file or one address a line, as other products export them; `reason` is that of lines that name
     * none. Bytes are read as UTF-8.
     */
    importCsv: (
      csv: string | Uint8Array,
      { reason, ...options }: CallOptions & ImportOptions = {},
    ): Promise<Result<SuppressionImport>> =>
      transport.call({
        method: 'POST',
        path: ['suppressions', 'import'],
        query: { reason },
        body: typeof csv === 'string' ? csv : new TextDecoder().decode(csv),
        contentType: 'text/csv',
        effect: 'idempotent',
        isAnswer: isImport,
        options,
      }),
    /** All of them as one CSV file: the whole of it, or an error. */
    exportCsv: (options?: CallOptions): Promise<Result<string>> =>
      transport.file({ path: exported, options }),
    /**
     * The same piece by piece as it comes, for files that are not to be held in memory. A file that breaks off ends with an
     * error. Each piece is to be taken within half a minute.
     */
    exportCsvPieces: (options?: CallOptions): Pieces => transport.pieces({ path: exported, options }),
  };
}
