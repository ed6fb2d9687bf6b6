import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from './answer.ts';
import { call, withQuery } from './call.ts';
import { session } from './session.ts';

/** Entries that were loaded so far, and whether there are more. */
export type List<Item> = {
  readonly items: readonly Item[];
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly failure: Failure | null;
  readonly more: () => Promise<void>;
  readonly reload: () => void;
};

/** A page of a list, in either of the forms that the API has. */
type Page<Item> =
  | { readonly data: readonly Item[]; readonly nextCursor: string | null }
  | { readonly emails: readonly Item[]; readonly next_cursor: string | null };

type State<Item> = Pick<List<Item>, 'items' | 'isLoading' | 'failure'> & { readonly cursor: string | null };

const begin = { items: [], isLoading: true, failure: null, cursor: null };

/** Loads a list page by page; a new path begins anew. */
export function useList<Item>(path: string): List<Item> {
  const [state, setState] = useState<State<Item>>(begin);
  const [round, setRound] = useState(0);
  const asked = useRef('');
  const load = useCallback(
    async (cursor: string | null, before: readonly Item[]) => {
      const mark = `${round} ${path} ${cursor}`;
      asked.current = mark;
      const [base = path, query = ''] = path.split('?');
      const named = Object.fromEntries(new URLSearchParams(query));
      const answer = await call<Page<Item>>(
        'GET',
        withQuery(base, { limit: '50', ...named, cursor: cursor ?? undefined }),
      );
      if (asked.current !== mark) return;
      if (answer.kind === 'failed') {
        setState({ items: before, isLoading: false, failure: answer.failure, cursor: null });
        return;
      }
      const page = answer.value;
      const [items, next] = 'emails' in page ? [page.emails, page.next_cursor] : [page.data, page.nextCursor];
      setState({ items: [...before, ...items], isLoading: false, failure: null, cursor: next });
    },
    [path, round],
  );
  useEffect(() => {
    setState((before) => ({ ...begin, items: round === 0 ? [] : before.items }));
    void load(null, []);
  }, [load]);
  const reload = () => setRound((before) => before + 1);
  // What failed for want of a session is asked for again in the next one.
  useEffect(() => {
    if (state.failure !== null) reload();
  }, [session.value]);
  return {
    items: state.items,
    isLoading: state.isLoading,
    hasMore: state.cursor !== null,
    failure: state.failure,
    more: async () => {
      if (state.cursor === null || state.isLoading) return;
      setState({ ...state, isLoading: true });
      await load(state.cursor, state.items);
    },
    reload,
  };
}
