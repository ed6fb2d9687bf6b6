import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { may, session, signOut } from '../api/session.ts';
import { isLive } from '../live/now-stream.ts';
import { Boundary } from './boundary.tsx';
import { Mark } from './mark.tsx';
import { tell } from './notice.tsx';
import { chosenTheme, type Theme } from './theme.ts';
import { mayLose } from './unsaved.ts';

type Place = {
  readonly path: string;
  readonly name: string;
  readonly scope: Parameters<typeof may>[0];
  /** Pressed after `g`. */
  readonly key: string;
};

const places: readonly Place[] = [
  { path: '/dashboard', name: 'Now', scope: 'admin', key: 'n' },
  { path: '/dashboard/sends', name: 'Sends', scope: 'emails:read', key: 's' },
  { path: '/dashboard/batches', name: 'Batches', scope: 'emails:read', key: 'b' },
  { path: '/dashboard/templates', name: 'Templates', scope: 'templates:read', key: 't' },
  { path: '/dashboard/senders', name: 'Senders', scope: 'templates:read', key: 'd' },
  { path: '/dashboard/recipients', name: 'Recipients', scope: 'admin', key: 'r' },
  { path: '/dashboard/webhooks', name: 'Webhooks', scope: 'admin', key: 'w' },
  { path: '/dashboard/rates', name: 'Rates', scope: 'admin', key: 'a' },
  { path: '/dashboard/keys', name: 'Keys', scope: 'admin', key: 'k' },
];

/** What happens is told to operators of all workspaces as well. */
const isOffered = ({ scope, path }: Place) => may(scope) || (path === '/dashboard' && may('operator'));

const isAt = (place: Place, path: string) =>
  place.path === '/dashboard' ? path.replace(/\/$/, '') === place.path : path.startsWith(place.path);

/** Whether somebody is typing, so that a letter is a letter. */
const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

/** `g` and a letter lead to a page, `/` to its search. */
function useShortcuts(route: (path: string) => void): void {
  useEffect(() => {
    let isGoing = false;
    const press = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const place = isGoing ? places.find((some) => some.key === event.key && isOffered(some)) : undefined;
      isGoing = event.key === 'g' && !isGoing;
      if (place !== undefined && mayLose()) route(place.path);
      const search = document.querySelector<HTMLInputElement>('input[type=search]');
      if (event.key !== '/' || search === null) return;
      event.preventDefault();
      search.focus();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [route]);
}

const themes: readonly Theme[] = ['auto', 'light', 'dark'];

const ThemeChoice = () => (
  <label class="theme">
    <span>Theme</span>
    <select
      value={chosenTheme.value}
      onChange={({ currentTarget }) => {
        chosenTheme.value = themes.find((name) => name === currentTarget.value) ?? 'auto';
      }}
    >
      {themes.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  </label>
);

/** Signs out, or says that somebody is signed in still. */
async function leave(): Promise<void> {
  if (!mayLose()) return;
  const failure = await signOut();
  if (failure !== null) tell(`You are signed in still. ${failure.message}`, true);
}

const Account = () => (
  <div class="account">
    <p>
      <strong>{session.value?.workspaceName}</strong>
      <span>
        {session.value?.keyName}
        {session.value?.mode === 'test' && ' · test mode'}
      </span>
    </p>
    <ThemeChoice />
    <button type="button" onClick={() => void leave()}>
      Sign out
    </button>
    <p class="version">
      <span class={isLive.value ? 'live' : 'live off'}>{isLive.value ? 'Live' : 'Not live'}</span> · version{' '}
      {session.value?.version}
    </p>
  </div>
);

/** What is around every page: where one can go, and who is signed in. */
export function Shell({ children }: { readonly children: ComponentChildren }) {
  const { path, route } = useLocation();
  const [isOpen, setOpen] = useState(false);
  useShortcuts(route);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <aside class={isOpen ? 'side open' : 'side'}>
        <div class="brand">
          <a href="/dashboard">
            <Mark /> Postroom
          </a>
          <button
            type="button"
            class="menu"
            aria-expanded={isOpen}
            aria-controls="places"
            onClick={() => setOpen(!isOpen)}
          >
            Menu
          </button>
        </div>
        <div id="places" class="places">
          <nav aria-label="Pages">
            <ul>
              {places.filter(isOffered).map((place) => (
                <li key={place.path}>
                  <a href={place.path} aria-current={isAt(place, path) ? 'page' : undefined}>
                    <span>{place.name}</span>
                    <span class="key" aria-hidden="true">
                      g {place.key}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Account />
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <Boundary>{children}</Boundary>
      </main>
    </div>
  );
}
