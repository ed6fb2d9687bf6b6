import { useEffect, useRef } from 'preact/hooks';
import type { List } from '../api/use-list.ts';
import { Loading, Wrong } from './notice.tsx';

/** The end of a list: it loads more when it is seen, or asked. */
export function More<Item>({ list }: { readonly list: List<Item> }) {
  const end = useRef<HTMLButtonElement>(null);
  const { more } = list;
  useEffect(() => {
    if (end.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void more();
      },
      { rootMargin: '300px' },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  });
  if (list.failure !== null) return <Wrong failure={list.failure} retry={list.reload} />;
  if (list.isLoading) return <Loading />;
  if (!list.hasMore) return null;
  return (
    <button type="button" ref={end} class="more" onClick={() => void more()}>
      Load more
    </button>
  );
}
