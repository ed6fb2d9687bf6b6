const globals = new URL('./native-globals.mjs', import.meta.url).href;

/** Resolves `@jest/globals` to the bindings of our runner, and a package of ours to its source. */
export function resolve(specifier, context, next) {
  if (specifier === '@jest/globals') return { url: globals, format: 'module', shortCircuit: true };
  return next(specifier, { ...context, conditions: ['@postroom/source', ...context.conditions] });
}
