/** Thrown out of a rendering that would keep the event loop for longer than it may. */
export class MeterSpentError extends Error {}

/** Milliseconds of CPU that one rendering may take of the event loop. */
const maxInlineMs = 4;

/** Characters that one rendering may write of values that are escaped: what needs it costs about 100 ns each. */
const maxEscapedCharacters = 64 * 1024;

/** Characters that the helpers of one rendering may make: what the next one does with them is no step any more. */
const maxMadeCharacters = 128 * 1024;

/** How many more characters a value has when it is escaped, by character; see `escapeExpression` of Handlebars. */
const growth: ReadonlyMap<number, number> = new Map(
  Object.entries({ '&': 4, '<': 3, '>': 3, '"': 5, "'": 5, '`': 5, '=': 5 }).map(([mark, more]) => [
    mark.charCodeAt(0),
    more,
  ]),
);

/** Below this a value is escaped before it is counted, in characters. */
const shortValue = 1_024;

const cpuMs = (since?: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

/**
 * Measures a rendering while it runs: between its steps it looks at the clock, and counts what is escaped, and what helpers make. The clock of the
 * wall is asked first, being cheap, and that of the CPU decides: a machine that is busy makes no rendering long.
 */
export class InlineMeter {
  #startedAt: NodeJS.CpuUsage = process.cpuUsage();
  #lookAt = Number.POSITIVE_INFINITY;
  #escaped = 0;
  #made = 0;

  /** Begins to measure one rendering; `end` ends that. */
  begin(): void {
    this.#startedAt = process.cpuUsage();
    this.#lookAt = performance.now() + maxInlineMs;
    this.#escaped = 0;
    this.#made = 0;
  }

  end(): void {
    this.#lookAt = Number.POSITIVE_INFINITY;
  }

  /** Stands between two steps of a rendering, each of them short. Throws when its time is over. */
  step(): void {
    const now = performance.now();
    if (now < this.#lookAt) return;
    const left = maxInlineMs - cpuMs(this.#startedAt);
    if (left <= 0) throw new MeterSpentError();
    this.#lookAt = now + left;
  }

  /** Hears of what a helper has made. Throws when that is too much. */
  made(characters: number): void {
    if (this.#lookAt === Number.POSITIVE_INFINITY) return;
    this.#made += characters;
    if (this.#made > maxMadeCharacters) throw new MeterSpentError();
  }

  /** Escapes a value by `plain`, unless too much would be escaped. */
  escape(value: unknown, plain: (value: unknown) => string): string {
    const isLong = typeof value === 'string' && value.length > shortValue;
    if (isLong) this.#note(escapedLength(value));
    const escaped = plain(value);
    if (!isLong) this.#note(escaped.length);
    return escaped;
  }

  #note(characters: number): void {
    if (this.#lookAt === Number.POSITIVE_INFINITY) return;
    this.#escaped += characters;
    if (this.#escaped > maxEscapedCharacters) throw new MeterSpentError();
  }
}

/** How long a text is when it is escaped, or any length that is too much. */
function escapedLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length && length <= maxEscapedCharacters; at += 1)
    length += growth.get(text.charCodeAt(at)) ?? 0;
  return length;
}
