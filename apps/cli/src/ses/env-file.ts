/** A variable to be in a file of settings; of a list it is one member among others. */
export type WantedVariable = { readonly name: string; readonly value: string; readonly isList?: boolean };

/** What became of one of them. `conflict`: the file says something else, and keeps it. */
export type EnvChange = WantedVariable & {
  readonly kind: 'there' | 'written' | 'conflict';
  /** What the file said before; null: nothing. */
  readonly found: string | null;
};

type Line = { readonly at: number; readonly before: string; readonly value: string; readonly after: string };

/**
 * Puts variables into the text of an `.env` file and leaves every other character as it is: an empty one is filled in, a
 * list gets its member, one that is only mentioned in a comment stands below it, and one that is not there at the end. What
 * has another value is not changed.
 */
export function mergeEnv(
  text: string,
  wanted: readonly WantedVariable[],
): { readonly text: string; readonly changes: readonly EnvChange[] } {
  const newLine = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text === '' ? [] : text.split(/\r?\n/);
  const changes = wanted.map((variable) => put(lines, variable));
  if (!changes.some(({ kind }) => kind === 'written')) return { text, changes };
  const merged = lines.join(newLine);
  return { text: merged.endsWith(newLine) ? merged : `${merged}${newLine}`, changes };
}

/** What the text says of a variable; null: nothing, or nothing but spaces. */
export function valueInEnv(text: string, name: string): string | null {
  const value = lastLine(text.split(/\r?\n/), name)?.value.trim() ?? '';
  return value === '' ? null : value;
}

/**
 * The first `${NAME}` of a value, which Compose fills in when it reads the file, and nobody here; null: there is none. What
 * stands behind the name there, as in `${NAME:-default}`, may be a secret and is left out.
 */
export function unexpandedIn(value: string): string | null {
  const [, name] = /\$\{([A-Za-z_]\w*)[^}]*\}/.exec(value) ?? [];
  return name === undefined ? null : `\${${name}}`;
}

function put(lines: string[], variable: WantedVariable): EnvChange {
  const { name, value, isList = false } = variable;
  const line = lastLine(lines, name);
  if (line === null) {
    lines.splice(placeFor(lines, name), 0, `${name}=${value}`);
    return { ...variable, kind: 'written', found: null };
  }
  const found = line.value.trim();
  const members = isList ? found.split(',').map((member) => member.trim()) : [found];
  if (members.includes(value)) return { ...variable, kind: 'there', found };
  if (found !== '' && !isList) return { ...variable, kind: 'conflict', found };
  const next = found === '' ? value : `${found},${value}`;
  lines[line.at] = `${line.before}${next}${line.after}`;
  return { ...variable, kind: 'written', found: found === '' ? null : found };
}

/** The line that counts where there are several, which is the last. */
function lastLine(lines: readonly string[], name: string): Line | null {
  const pattern = new RegExp(`^(\\s*(?:export\\s+)?${name}\\s*=)(.*)$`);
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const [, before, rest] = pattern.exec(lines[at] ?? '') ?? [];
    if (before !== undefined && rest !== undefined) return { at, ...parts(before, rest) };
  }
  return null;
}

/** The value without its quotes and without a comment behind it, and what stands around it. */
function parts(before: string, rest: string): Omit<Line, 'at'> {
  const [, space = '', quote, inside = '', behind = ''] = /^(\s*)(["'])(.*?)\2(.*)$/.exec(rest) ?? [];
  if (quote !== undefined) {
    return { before: `${before}${space}${quote}`, value: inside, after: `${quote}${behind}` };
  }
  const [, value = '', after = ''] = /^(.*?)(\s+#.*|\s*)$/.exec(rest) ?? [];
  return { before, value, after };
}

/** Below the comment that shows the variable, else at the end, before the empty line that ends most files. */
function placeFor(lines: readonly string[], name: string): number {
  const shown = lines.findIndex((line) => new RegExp(`^\\s*#\\s*${name}\\s*=`).test(line));
  if (shown >= 0) return shown + 1;
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}
