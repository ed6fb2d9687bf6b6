import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso';

/** The address of what is not saved; null: all is. */
let unsavedAt: string | null = null;

/** Whether the page has what is not saved. */
export const hasUnsaved = (): boolean => unsavedAt !== null;

/** Asks before what is not saved is lost, and answers whether it may be. */
export const mayLose = (): boolean =>
  unsavedAt === null || confirm('What you changed is not saved. Let it go?');

/** Lets it go without a question. */
export const forgetUnsaved = (): void => {
  unsavedAt = null;
};

/** Whether a click follows a link of ours to another page in this tab. */
function isLeaving(event: MouseEvent): boolean {
  const link = event.composedPath().find((some) => some instanceof HTMLAnchorElement);
  if (link === undefined || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  // What is not of this page is asked about by the browser.
  return link.origin === location.origin && /^\/dashboard(\/|$)/.test(link.pathname) && !link.hash;
}

const pageOf = (url: string) => url.split('#')[0];

// Before the router's own: a window calls whoever listens in the order in which they came.
addEventListener('beforeunload', (event) => {
  if (unsavedAt !== null) event.preventDefault();
});
addEventListener(
  'click',
  (event) => {
    if (!isLeaving(event) || mayLose()) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
addEventListener('popstate', (event) => {
  const stayAt = unsavedAt;
  if (stayAt === null || pageOf(stayAt) === pageOf(location.href) || mayLose()) return;
  event.stopImmediatePropagation();
  history.pushState(null, '', stayAt);
});

/** Asks before the page is left while it has what is not saved. */
export function useUnsaved(isChanged: boolean): void {
  const { url } = useLocation();
  useEffect(() => {
    unsavedAt = isChanged ? location.href : null;
    return forgetUnsaved;
  }, [isChanged, url]);
}
