/** A value with its parameters (RFC 2045 section 5.1); names in lower case. */
export type ParametrizedValue = { readonly value: string; readonly parameters: ReadonlyMap<string, string> };

// Each may match what the one before it left alone, and nothing twice: the time is that of the length.
const parameterPattern =
  /;[ \t]*([!#$%&'*+.0-9A-Z^_`a-z{|}~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g;

/** A value without quotes ends at a space, but for that of a name: many write one as it is. */
const plainValue = (key: string, text: string): string =>
  /^(?:file)?name$/.test(key) ? text.trim() : (/^\S*/.exec(text)?.[0] ?? '');

/** Reads `Content-Type` and its like; what is no parameter is passed over. */
export function readParametrized(text: string): ParametrizedValue {
  const [value = ''] = text.split(';', 1);
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(parameterPattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plainValue(key, plain));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** Says where a file lay, or what separates parts, and nothing of what is in it. */
const besideType = /^(?:(?:file)?name(?:\*.*)?|boundary|x-unix-mode|x-mac-[a-z]+)$/i;

/**
 * A `Content-Type` as it is written, but for its parameters that say nothing of the content: nothing else is repaired, for whoever
 * reads it to refuse. Of spaces those are left that stand within a value.
 */
export function contentTypeText(text: string): string {
  const [type = '', ...parameters] = (text.match(/(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/g) ?? []).map((piece) =>
    piece.trim(),
  );
  const kept = parameters.flatMap((parameter) => {
    const [name = '', ...value] = parameter.split('=');
    if (parameter === '' || besideType.test(name.trim())) return [];
    return [value.length === 0 ? parameter : `${name.trim()}=${value.join('=').trim()}`];
  });
  return [type, ...kept].join('; ');
}
