import { useEffect, useRef } from 'preact/hooks';

/** Shows the html of mail in a frame in which nothing of it runs, loads or leads anywhere. */
export function MailFrame({ html, title }: { readonly html: string; readonly title: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const isReady = useRef(false);
  const show = () => frame.current?.contentWindow?.postMessage(html, '*');
  useEffect(() => {
    const hear = ({ source, data }: MessageEvent) => {
      if (source !== frame.current?.contentWindow || data !== 'ready') return;
      isReady.current = true;
      show();
    };
    addEventListener('message', hear);
    if (isReady.current) show();
    return () => removeEventListener('message', hear);
  }, [html]);
  return <iframe ref={frame} class="mail" title={title} src="/dashboard/frame" sandbox="allow-scripts" />;
}
