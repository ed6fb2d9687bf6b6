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
for (const { text } of outputFiles) {
  // Its name in stack traces, which would else have the whole address in each line.
  const code = Buffer.from(`${text}\n//# sourceURL=render-process.js`).toString('base64');
  await import(`data:text/javascript;base64,${code}`);
}
