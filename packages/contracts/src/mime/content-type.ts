/** A value with its parameters (RFC 2045 section 5.1); names in lower case. */
export type ParametrizedValue = { readonly value: string; readonly parameters: ReadonlyMap<string, string> };

// Each may match what the one before it left alone, and nothing twice: the time is that of the length.
const parameterPattern =
  /;[ \t]*([!#$%&'*+.0-9A-Z^_`a-z{|}~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/** Reads `Content-Type` and its like; what is no parameter is passed over. */
export function readParametrized(text: string): ParametrizedValue {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(parameterPattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain);
  }
  return { value: value.trim().toLowerCase(), parameters };
}
