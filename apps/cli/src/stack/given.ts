/** The variable's value; an empty one counts as absent, as in the API and the worker. */
export function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
