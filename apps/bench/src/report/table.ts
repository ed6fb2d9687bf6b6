/** What is wrong, of all that could be. */
export const problemsAmong = (possible: readonly (readonly [isWrong: boolean, what: string])[]): string[] =>
  possible.flatMap(([isWrong, what]) => (isWrong ? [what] : []));

/** Lays rows out in columns, the first to the left and the others to the right; the first row is the head. */
export function layOut(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [...lines.slice(0, 1), rule, ...lines.slice(1)].map((line) => line.trimEnd());
}
