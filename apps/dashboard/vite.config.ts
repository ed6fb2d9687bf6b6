import { defineConfig, type Plugin } from 'vite';

/**
 * What uPlot offers and no page uses, which would be 7 KB of 60 in what browsers load: joins, other lines, other scales, points
 * without lines, milliseconds, a legend of its own, and dates in its words: every axis here has ours.
 */
const unusedOfUPlot: readonly (readonly [RegExp, string])[] = [
  [/\buPlot\.(?:join|rangeLog|rangeAsinh|fmtDate|tzDate)\s*= \w+/g, 'null'],
  [/\bpaths\.(?:stepped|bars|spline)\s*= \w+/g, 'null'],
  [/\b(?:\w+\.)?distr +(?:== +(?:2|3|4|100)|>= 3)\b/g, 'false'],
  [/\b(?:mode == 2|ms == 1)\b/g, 'false'],
  [/\bmode == 1\b/g, 'true'],
  [/\btime(?:Axis|Series)Vals?\(_tzDate, (?:time\w+\(.+?, _fmtDate\)|av)\)/g, 'null'],
  [/(?<=const _timeAxisStamps = )\[[^;]+/, 'null'],
  [/\(opts\.fmtDate \|\| fmtDate\)/g, 'null'],
  [/(?<=\bshowLegend = )legend\.show\b/g, 'false'],
];

/** Leaves it out; a version of uPlot that has it elsewhere does not build. */
const withoutUnused: Plugin = {
  name: 'without-unused',
  transform(code, id) {
    if (!id.includes('/uplot/dist/uPlot.esm.js')) return null;
    return unusedOfUPlot.reduce((kept, [use, instead]) => {
      if (!use.test(kept)) throw new Error(`uPlot has no ${use.source} where it was`);
      return kept.replace(use, instead);
    }, code);
  },
};

export default defineConfig({
  base: '/dashboard/',
  plugins: [withoutUnused],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    // A `data:` address would be refused by the page's policy, as would be a script in the page itself.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
});
