/** Something that the person at the terminal can mend; the message says what is wrong and what to do. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
  readonly exitCode: number = 1;
}

/** The command line itself is wrong; the process ends with code 2. */
export class UsageProblem extends Problem {
  override readonly name = 'UsageProblem';
  override readonly exitCode = 2;
}

/** The first line of what went wrong, for a person. Of a `fetch` that failed it is its cause that says what. */
export function reasonOf(error: unknown): string {
  if (isFetchFailure(error) && error.cause !== undefined) return reasonOf(error.cause);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().split('\n')[0] ?? '';
}

/** Whether `fetch` had no answer (Fetch standard, network error), or not all of it: `terminated` is the word of undici. */
export const isFetchFailure = (error: unknown): error is TypeError =>
  error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message);
