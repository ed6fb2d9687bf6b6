#!/usr/bin/env node
/**
 * `plot-bench.mjs <figures.json> <folder>` draws what `npm run bench -- <command> --json figures.json` found: a file
 * `<command>.svg` for each command that has figures, with the CPU of each part as bars.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [file, folder] = process.argv.slice(2);
if (file === undefined || folder === undefined)
  throw new Error('usage: plot-bench.mjs <figures.json> <folder>');

const colours = { process: '#2457d6', PostgreSQL: '#2f7f5f', Redis: '#c2452d' };
const layout = { left: 250, bar: 420, right: 130, row: 26, top: 64, bottom: 40 };

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, words, more = '') => `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;

const partsOf = (series) => [
  ['process', series.cpuUsPerEmail.median],
  ['PostgreSQL', series.postgresCpuUsPerEmail],
  ['Redis', series.redisCpuUsPerEmail],
];
const sumOf = (series) => partsOf(series).reduce((sum, [, us]) => sum + us, 0);

function rowOf(series, at, scale) {
  const y = layout.top + at * layout.row;
  let x = layout.left;
  const bars = partsOf(series).map(([name, us]) => {
    const bar = `<rect x="${x.toFixed(1)}" y="${y}" width="${(us * scale).toFixed(1)}" height="16" fill="${colours[name]}"/>`;
    x += us * scale;
    return bar;
  });
  const told = `${Math.round(sumOf(series))} us, ${Math.round(series.emailsPerSecond.median).toLocaleString('en-US')}/s`;
  return [
    text(layout.left - 8, y + 13, series.title, 'text-anchor="end"'),
    ...bars,
    text(x + 6, y + 13, told),
  ].join('\n');
}

function plotOf({ command, unit, series }, { machine, measuredAt }) {
  const width = layout.left + layout.bar + layout.right;
  const height = layout.top + series.length * layout.row + layout.bottom;
  const scale = layout.bar / Math.max(...series.map(sumOf));
  const legend = Object.entries(colours).map(
    ([name, colour], at) =>
      `<rect x="${layout.left + at * 130}" y="36" width="12" height="12" fill="${colour}"/>\n` +
      text(layout.left + at * 130 + 18, 46, name === 'process' ? 'what is measured' : name),
  );
  const where = `npm run bench -- ${command}, ${measuredAt.slice(0, 10)}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(`${command}: CPU for each ${unit}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(12, 22, `${command}: CPU for each ${unit}, in microseconds`, 'font-size="15" font-weight="bold"'),
    ...legend,
    ...series.map((one, at) => rowOf(one, at, scale)),
    text(12, height - 14, where, 'fill="#666666" font-size="11"'),
    '</svg>',
    '',
  ].join('\n');
}

const report = JSON.parse(readFileSync(file, 'utf8'));
for (const one of report.commands) {
  if (one.kind !== 'figures' || one.series.length === 0) continue;
  writeFileSync(join(folder, `${one.command}.svg`), plotOf(one, report));
}
