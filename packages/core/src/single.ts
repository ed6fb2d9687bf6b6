/** Asks the same again only when the answer before has come: what hangs is not asked for beside itself. */
export function single<Args extends readonly unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const asked = underWay.get(key) ?? ask(...args).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };
}
