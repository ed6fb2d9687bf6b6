#!/usr/bin/env node
/**
 * `bundle.mjs <folder> <name>=<file>...` puts programs or packages, and all they stand on, into a few files of a folder: read
 * at once they start in half the time and the CPU that a thousand modules take. What they share is there once, and what is
 * imported later stays a file that is read then.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What CommonJS modules expect to find, in a file that is an ES module. */
const banner = `import { createRequire as createBundleRequire } from 'node:module';
import { fileURLToPath as bundlePathOf } from 'node:url';
const require = createBundleRequire(import.meta.url);
const __filename = bundlePathOf(import.meta.url);
const __dirname = bundlePathOf(new URL('.', import.meta.url));`;

/**
 * ioredis has a class that extends String, for replies that nothing here asks for. While such a class is loaded, V8 no longer
 * takes for granted that prototypes hold no characters, and reads those of every string of the process at half the speed
 * (https://github.com/v8/v8/blob/main/src/execution/protectors.h, NoElements). Here it is a class without a parent.
 */
const noStringClass = {
  name: 'no-string-class',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]ioredis[\\/]built[\\/]resp[\\/]verbatim-string\.js$/ }, () => ({
      contents: 'exports.VerbatimString = class VerbatimString {};',
      loader: 'js',
    }));
  },
};

/**
 * On Node 20 pg makes a Response to see whether it runs at Cloudflare, for which Node loads all that fetch stands on, at each
 * start. Here it takes the sockets of Node without asking.
 */
const noCloudflare = {
  name: 'no-cloudflare',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]pg[\\/]lib[\\/]stream\.js$/ }, () => ({
      contents: `exports.getStream = () => new (require('net').Socket)();
exports.getSecureStream = (options) => require('tls').connect(options);`,
      loader: 'js',
    }));
  },
};

const [outdir, ...entries] = process.argv.slice(2);
if (outdir === undefined || entries.length === 0)
  throw new Error('usage: bundle.mjs <folder> <name>=<file>...');

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  metafile: true,
  entryPoints: Object.fromEntries(entries.map((entry) => entry.split('='))),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  conditions: ['@postroom/source'],
  // Stack traces name what the source names.
  keepNames: true,
  // No comments: they are a quarter of all, and have characters beyond Latin-1; licences are in a file beside it. Lines that are
  // printed when something is thrown in them stay short enough to be read.
  minifyWhitespace: true,
  legalComments: 'external',
  lineLimit: 200,
  banner: { js: banner },
  // Optional: whoever wants it installs it.
  external: ['mjml-core', 'mjml-preset-core'],
  // Bull Board looks for its files by an eval that is not come to: it is told where they are.
  logOverride: { 'direct-eval': 'silent' },
  plugins: [noStringClass, noCloudflare],
  logLevel: 'warning',
});

for (const file of readdirSync(outdir).filter((name) => name.endsWith('.js'))) {
  const text = readFileSync(join(outdir, file), 'utf8');
  if (/\bextends String\b/.test(text))
    throw new Error(`${join(outdir, file)} has a class that extends String, which slows every string down.`);
  const [wide] = /.{0,40}[\u0100-\uffff].{0,40}/.exec(text) ?? [];
  if (wide !== undefined)
    throw new Error(`V8 would keep two bytes of each character of ${join(outdir, file)}, for: ${wide}`);
}
const parts = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
if (parts.some(([path, { bytesInOutput }]) => path.endsWith('/zod/v4/locales/de.js') && bytesInOutput > 0))
  throw new Error("import * as z from 'zod': its own z holds the words of 40 languages, half a megabyte.");
