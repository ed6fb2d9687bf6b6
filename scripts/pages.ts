import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspacesIn } from './workspaces.ts';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The text of a file of the repository. */
export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

const markdownIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

/** The pages that tell people what to type. */
export const guides: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'packages/client/README.md',
  ...markdownIn('docs'),
];

/** Every page in Markdown that people read. */
export const pages: readonly string[] = [
  ...guides,
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  ...markdownIn('docs/adr'),
];

/** The cells of each row of the table of a page whose header begins so; code marks and escapes are taken off. */
export function tableOf(page: string, header: string): string[][] {
  const [, after] = textOf(page).split(`\n| ${header} |`);
  if (after === undefined) throw new Error(`${page} has no table that begins with | ${header}`);
  const rows = after.split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end).map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) =>
        cell
          .trim()
          .replace(/^`([^`]*)`$/, '$1')
          .replaceAll('\\|', '|'),
      ),
  );
}

/** The sources of folders, tests apart, with their paths. */
export function sourcesIn(folders: readonly string[]): { readonly path: string; readonly text: string }[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?<!\.test)\.ts$/.test(name))
      .map((name) => ({ path: `${folder}/${name}`, text: textOf(`${folder}/${name}`) })),
  );
}

/** The folders of sources of all apps or packages. */
export const sourceFolders = (kind: 'apps' | 'packages'): string[] =>
  workspacesIn(kind).map((name) => `${kind}/${name}/src`);
