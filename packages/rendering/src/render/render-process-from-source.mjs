// Puts a render process that starts from source (tests, development) into one file in memory: it starts so in a third of the
// CPU that tsx takes to read it module by module. Never part of a build.
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const { outputFiles } = buildSync({
  entryPoints: [fileURLToPath(new URL('./render-process.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  conditions: ['@postroom/source'],
  // For CommonJS modules. They ask for what Node has built in, which no address is needed to find.
  banner: {
    js: `import { createRequire } from 'node:module';
const require = createRequire(${JSON.stringify(import.meta.url)});`,
  },
});
for (const { contents } of outputFiles) {
  await import(`data:text/javascript;base64,${Buffer.from(contents).toString('base64')}`);
}
