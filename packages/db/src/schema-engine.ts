import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

type WasmGlue = { __wbg_set_wasm(exports: WebAssembly.Exports): void };

/** The package's types leave out the two functions that its own bundler entry calls. */
function isWasmGlue(candidate: object): candidate is WasmGlue {
  return '__wbg_set_wasm' in candidate && typeof candidate.__wbg_set_wasm === 'function';
}

let instantiated: Promise<void> | undefined;

async function instantiate(): Promise<void> {
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(path.join(path.dirname(gluePath), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...glue } });
  if (!isWasmGlue(glue)) throw new Error('@prisma/schema-engine-wasm no longer exports __wbg_set_wasm');
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
}

/**
 * Lends Prisma's schema engine, opened on one database. It is the CLI's engine compiled to WebAssembly, from
 * the npm registry, so that migrating downloads nothing. Its connections are ended before this resolves: the
 * engine holds its advisory lock for as long as one is open.
 */
export async function withSchemaEngine<Result>(
  input: { readonly databaseUrl: string; readonly datamodel: string },
  use: (engine: glue.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  instantiated ??= instantiate();
  await instantiated;
  const pool = new pg.Pool({ connectionString: input.databaseUrl, max: 2 });
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const datamodels: [string, string][] = [['schema.prisma', input.datamodel]];
  try {
    const engine = await glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}
