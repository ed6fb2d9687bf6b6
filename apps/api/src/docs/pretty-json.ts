/** What fits into one line of so many characters stays in it. */
const lineLength = 76;

function inOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${inOneLine(child)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** JSON for people: short lists and objects in one line, the others with one element to a line. */
export function prettyJson(value: unknown, indent = ''): string {
  const line = inOneLine(value);
  if (typeof value !== 'object' || value === null) return line;
  if (indent !== '' && indent.length + line.length <= lineLength) return line;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((child) => prettyJson(child, inner))
    : Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${prettyJson(child, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return lines.length === 0
    ? line
    : `${open}\n${lines.map((text) => inner + text).join(',\n')}\n${indent}${close}`;
}
