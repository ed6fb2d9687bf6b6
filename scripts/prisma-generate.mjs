#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const prismaDir = join(root, 'prisma');
const generated = join(root, 'packages/db/src/generated');
const stamp = join(generated, '.postroom-schema-hash');

/** Whether the Prisma client is the one of the schema as it stands. */
export function isClientCurrent() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === schemaHash();
}

/** Generates the Prisma client; throws with Prisma's own words when it cannot. */
export function generateClient() {
  if (!existsSync(join(prismaDir, 'schema.prisma'))) {
    throw new Error('prisma/schema.prisma is missing: this checkout is not whole.');
  }
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/prisma/build/index.js'), 'generate'],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        // Prisma would download this engine, which it does not use here: any program that exists will do.
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
        CHECKPOINT_DISABLE: '1',
      },
    },
  );
  if (status !== 0)
    throw new Error(`prisma generate failed.\n${error?.message ?? ''}${stdout}${stderr}`.trim());
  writeFileSync(stamp, schemaHash());
}

/** Of every part of the data model, of the generator's settings and of its version. */
function schemaHash() {
  const schemas = readdirSync(prismaDir)
    .filter((name) => name.endsWith('.prisma'))
    .sort();
  const files = [
    ...schemas.map((name) => join(prismaDir, name)),
    join(root, 'prisma.config.ts'),
    join(root, 'node_modules/prisma/package.json'),
  ];
  const hash = createHash('sha256');
  for (const file of files) if (existsSync(file)) hash.update(readFileSync(file));
  return hash.digest('hex');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    generateClient();
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
