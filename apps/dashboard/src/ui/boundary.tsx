import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Wrong } from './notice.tsx';
import { Page } from './page.tsx';

/** Says what a page threw, in its place: what is around it stays, and another page is tried as if nothing had been. */
export function Boundary({ children }: { readonly children: ComponentChildren }) {
  const { url } = useLocation();
  const [error, reset]: [unknown, () => void] = useErrorBoundary();
  const triedAt = useRef(url);
  if (error === undefined) triedAt.current = url;
  useEffect(() => {
    if (triedAt.current !== url) reset();
  }, [url]);
  if (error === undefined) return <>{children}</>;
  return (
    <Page title="This page failed">
      <Wrong
        failure={{ code: 'failed', message: error instanceof Error ? error.message : String(error) }}
        retry={() => location.reload()}
        again="Reload"
      />
    </Page>
  );
}
