import { effect, signal } from '@preact/signals';

/** How the page looks: as the system does, or as was chosen. */
export type Theme = 'auto' | 'light' | 'dark';

const place = 'postroom-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme {
  const found = localStorage.getItem(place);
  return found === 'light' || found === 'dark' ? found : 'auto';
}

/** What was chosen. */
export const chosenTheme = signal<Theme>(stored());

const isSystemDark = signal(dark.matches);
dark.addEventListener('change', ({ matches }) => {
  isSystemDark.value = matches;
});

/** What it comes to. */
export const theme = signal<'light' | 'dark'>('light');

effect(() => {
  const chosen = chosenTheme.value;
  theme.value = chosen === 'auto' ? (isSystemDark.value ? 'dark' : 'light') : chosen;
  localStorage.setItem(place, chosen);
  document.documentElement.dataset.theme = theme.value;
});
