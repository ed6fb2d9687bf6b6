/** The deepest nesting of `data` that is taken; PostgreSQL and the renderer walk it recursively. */
export const maxJsonDepth = 32;

/**
 * Says why a parsed JSON value cannot be stored or rendered, or null when it can. PostgreSQL refuses U+0000
 * and lone surrogates in jsonb, and in a shared statement one such item would spoil all the others. What is longer than
 * `maxBytes` as JSON, `what` names that bound, is walked no further than that, whatever is behind.
 */
export function jsonProblem(
  value: unknown,
  { maxBytes, what }: { readonly maxBytes: number; readonly what: string } = { maxBytes: Infinity, what: '' },
): string | null {
  const room = { bytes: maxBytes };
  const problem = problemWithin(value, 1, room);
  if (room.bytes < 0) return `must be at most ${what} of JSON`;
  const leastBytes = maxBytes - room.bytes;
  if (problem !== null || maxBytes === Infinity || leastBytes * mostByLeast <= maxBytes) return problem;
  return Buffer.byteLength(JSON.stringify(value)) > maxBytes ? `must be at most ${what} of JSON` : null;
}

/** No value takes more than so many times the least that it can come to: 24 for a number with all its digits. */
const mostByLeast = 24;

type Room = { bytes: number };

/** Takes the least that the value can come to as JSON off the room, and stops once there is none. */
function problemWithin(value: unknown, depth: number, room: Room): string | null {
  room.bytes -= typeof value === 'string' ? value.length + 2 : 1;
  if (room.bytes < 0) return null;
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'holds a number out of range';
  if (typeof value !== 'object' || value === null) return null;
  if (depth > maxJsonDepth) return `is nested deeper than ${maxJsonDepth} levels`;
  return Array.isArray(value) ? elementsProblem(value, depth, room) : fieldsProblem(value, depth, room);
}

function elementsProblem(elements: readonly unknown[], depth: number, room: Room): string | null {
  for (const element of elements) {
    const problem = problemWithin(element, depth + 1, room);
    if (problem !== null || room.bytes < 0) return problem;
    room.bytes -= 1;
  }
  return null;
}

function fieldsProblem(value: object, depth: number, room: Room): string | null {
  for (const [key, child] of Object.entries(value)) {
    const problem = keyProblem(key) ?? problemWithin(child, depth + 1, room);
    if (problem !== null || room.bytes < 0) return problem;
    room.bytes -= key.length + 3;
  }
  return null;
}

const keyProblem = (key: string) => (key === '__proto__' ? 'holds a key named __proto__' : textProblem(key));

/** Says why a string cannot be stored as text, or null when it can. */
export function textProblem(text: string): string | null {
  if (text.includes('\u0000')) return 'holds the character U+0000';
  return text.isWellFormed() ? null : 'holds half of a surrogate pair';
}

const isWithMembers = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** JSON with sorted keys: equal values have equal text, whatever order their keys came in. */
export function canonicalJson(value: unknown): string {
  if (!isWithMembers(value)) return JSON.stringify(value) ?? 'null';
  let text = '';
  if (Array.isArray(value)) {
    for (const element of value) text += `${text === '' ? '' : ','}${canonicalJson(element)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}
