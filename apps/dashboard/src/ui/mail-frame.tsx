import { useEffect, useRef } from 'preact/hooks';

/** Shows the html of mail in a frame in which nothing of it runs, loads or leads anywhere. */
export function MailFrame({ html, title }: { readonly html: string; readonly title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const isLoaded = useRef(false);
  const show = () => frame.current?.contentWindow?.postMessage(html, '*');
  useEffect(() => {
    if (isLoaded.current) show();
  }, [html]);
  return (
    <iframe
      ref={frame}
      class="mail"
      title={title}
      src="/dashboard/frame"
      sandbox="allow-scripts"
      onLoad={() => {
        isLoaded.current = true;
        show();
      }}
    />
  );
}
