/** The variable's value; an empty one, or one of spaces, counts as absent, as in the API and the worker. */
export function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value?.trim() === '' ? undefined : value;
}
