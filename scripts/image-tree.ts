import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, textOf } from './pages.ts';
import { workspacesIn } from './workspaces.ts';

type LockedPackage = {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
};

/**
 * Lays out in `dir` what the image has in /app: manifests, `dist`, `prisma/`, and of the third-party packages
 * those alone that `npm ci --omit=dev --omit=optional` installs. What our code imports beyond them is not found.
 */
export function layOutImage(dir: string): void {
  cpSync(join(root, 'prisma'), join(dir, 'prisma'), { recursive: true });
  const left = notShipped();
  for (const folder of ['apps', 'packages'] as const) {
    for (const name of workspacesIn(folder)) {
      if (left.includes(`${folder}/${name}`)) continue;
      const to = join(dir, folder, name);
      mkdirSync(to, { recursive: true });
      for (const part of ['package.json', 'dist']) {
        cpSync(join(root, folder, name, part), join(to, part), { recursive: true });
      }
      link(to, join(dir, 'node_modules/@postroom', name));
    }
  }
  for (const path of productionPackages()) link(join(root, path), join(dir, path));
}

/** The folders that the Dockerfile takes out again. */
function notShipped(): readonly string[] {
  const [, paths] = /^ARG NOT_SHIPPED="(.+)"$/m.exec(textOf('Dockerfile')) ?? [];
  if (paths === undefined) throw new Error('the Dockerfile does not say what it leaves out');
  return paths.split(' ');
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function productionPackages(): string[] {
  const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    textOf('package-lock.json'),
  );
  const isTopLevel = /^node_modules\/(@[^/]+\/)?[^/]+$/;
  return Object.entries(lock.packages)
    .filter(([path, { dev, optional, devOptional, link: isOurs }]) => {
      return isTopLevel.test(path) && !dev && !optional && !devOptional && !isOurs;
    })
    .map(([path]) => path);
}
