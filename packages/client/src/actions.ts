import { checkSingleKey, isGiven } from './batch/keys.ts';
import type { SendOptions } from './emails.ts';
import type { Result } from './result.ts';
import type { Pieces } from './transport/open-csv.ts';
import { hasFields } from './transport/read-answer.ts';
import type { CallOptions, Transport } from './transport/transport.ts';
import type { Action, CreateAction } from './types/actions.ts';

const route = ['emails', 'actions'];
const isAction = hasFields<Action>('id', 'action', 'state');

/** `/emails/actions`: what is done with all sends that a filter lets through, by the server, piece by piece. */
export function createActions(transport: Transport) {
  const act = (path: string[], effect: 'idempotent' | 'none', options?: CallOptions) =>
    transport.call({
      method: effect === 'none' ? 'GET' : 'POST',
      path: [...route, ...path],
      effect,
      isAnswer: isAction,
      options,
    });
  return {
    /** Asks for an action; when an answer was lost the request is repeated with its key, which makes no second one. */
    create: (
      input: CreateAction,
      { idempotencyKey, ...options }: SendOptions = {},
    ): Promise<Result<Action>> =>
      transport.call({
        method: 'POST',
        path: route,
        json: () => input,
        idempotencyKey: isGiven(idempotencyKey) ? checkSingleKey(idempotencyKey) : transport.newKey(),
        effect: 'idempotent',
        isAnswer: isAction,
        options,
      }),
    /** How far an action is. */
    get: (id: string, options?: CallOptions): Promise<Result<Action>> => act([id], 'none', options),
    /** Stops an action: it changes nothing more. */
    stop: (id: string, options?: CallOptions): Promise<Result<Action>> =>
      act([id, 'stop'], 'idempotent', options),
    /** The file of an export: the whole of it, or an error. */
    exportCsv: (id: string, options?: CallOptions): Promise<Result<string>> =>
      transport.file({ path: [...route, id, 'export'], options }),
    /** The same piece by piece as it comes, for files that are not to be held in memory; a file that breaks off ends with an error. */
    exportCsvPieces: (id: string, options?: CallOptions): Pieces =>
      transport.pieces({ path: [...route, id, 'export'], options }),
  };
}
