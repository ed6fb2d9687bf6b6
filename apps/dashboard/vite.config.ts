import { defineConfig, type Plugin } from 'vite';

/** Ways to draw that uPlot offers and no page uses: a property keeps each of them in what browsers load, 3 KB of 60. */
const unusedPaths = ['stepped', 'bars', 'spline'];

/** Leaves them out; a version of uPlot that has them elsewhere does not build. */
const withoutUnusedPaths: Plugin = {
  name: 'without-unused-paths',
  transform(code, id) {
    if (!id.includes('/uplot/dist/uPlot.esm.js')) return null;
    let kept = code;
    for (const name of unusedPaths) {
      const line = new RegExp(`\\(paths\\.${name}\\s*= \\w+\\);`);
      if (!line.test(kept)) throw new Error(`uPlot has no ${name} where it was`);
      kept = kept.replace(line, '');
    }
    return kept;
  },
};

export default defineConfig({
  base: '/dashboard/',
  plugins: [withoutUnusedPaths],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // A `data:` address would be refused by the page's policy, as would be a script in the page itself.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
