import { failure, type Result, success } from '../result.ts';
import { type AnswerGuard, hasFields } from '../transport/read-answer.ts';
import type { Effect } from '../transport/retry-policy.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type { QueryValues } from '../transport/url.ts';
import type { Changes, Page, PageOptions } from '../types/resources.ts';
import { walk } from '../walk.ts';

/** What was removed, by the name it had. */
export type Removed = { id: string; removed: true };

/** What one kind of resource is called and looks like. */
export type Kind<Resource> = {
  readonly transport: Transport;
  /** The route below `/api/v1`. */
  readonly route: string;
  readonly isResource: AnswerGuard<Resource>;
};

/** A call that changes something, or asks for something beside the resource itself. */
export type Action<Answer> = {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: readonly string[];
  readonly body?: object | undefined;
  readonly effect: Effect;
  readonly isAnswer: AnswerGuard<Answer>;
};

/** When an answer was lost, "not found" at the next try means that the lost one had removed it. */
async function remove(
  transport: Transport,
  [route, id]: readonly [route: string, id: string],
  options: CallOptions | undefined,
): Promise<Result<Removed>> {
  const { error } = await transport.call({
    method: 'DELETE',
    path: [route, id],
    effect: 'idempotent',
    isAnswer: hasFields<object>(),
    options,
  });
  const isGone = error === null || (error.code === 'not_found' && error.inDoubt);
  return isGone ? success({ id, removed: true }) : failure(error);
}

/** What all kinds of resources have in common; each offers those of these calls that its routes have. Lists hold `Entry`. */
export function collection<
  Resource,
  Create extends object,
  Filters extends PageOptions = PageOptions,
  Entry = Resource,
>({ transport, route, isResource }: Kind<Resource>) {
  const act = <Answer>({ path, body, ...call }: Action<Answer>, options: CallOptions | undefined) =>
    transport.call({
      ...call,
      path: [route, ...path],
      json: body === undefined ? undefined : () => body,
      options,
    });
  const fetchPage = (query: QueryValues, options: CallOptions | undefined): Promise<Result<Page<Entry>>> =>
    transport.call({
      method: 'GET',
      path: [route],
      query,
      effect: 'none',
      isAnswer: hasFields<Page<Entry>>('data', 'nextCursor'),
      options,
    });
  return {
    act,
    list: (filters?: Filters, options?: CallOptions): Promise<Result<Page<Entry>>> =>
      fetchPage({ ...filters }, options),
    /** Every entry of the list, page by page as it is walked; an error is the last step. */
    listAll: (filters?: Filters, options?: CallOptions): AsyncGenerator<Result<Entry>, void, undefined> =>
      walk(filters?.cursor, async (cursor) => {
        const { data: page, error } = await fetchPage({ ...filters, cursor }, options);
        return error === null ? success({ entries: page.data, next: page.nextCursor }) : failure(error);
      }),
    get: (id: string, options?: CallOptions): Promise<Result<Resource>> =>
      transport.call({ method: 'GET', path: [route, id], effect: 'none', isAnswer: isResource, options }),
    /** Not repeated after an answer that was lost: there could be two. */
    create: (input: Create, options?: CallOptions): Promise<Result<Resource>> =>
      act({ method: 'POST', path: [], body: input, effect: 'once', isAnswer: isResource }, options),
    /** Sets the fields given to the values given, so a repeated request changes nothing more. */
    update: (id: string, changes: Changes<Create>, options?: CallOptions): Promise<Result<Resource>> =>
      act(
        { method: 'PATCH', path: [id], body: changes, effect: 'idempotent', isAnswer: isResource },
        options,
      ),
    remove: (id: string, options?: CallOptions) => remove(transport, [route, id], options),
  };
}
