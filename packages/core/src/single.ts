type SingleOptions = {
  /** How long one that is not answered stands for those that come after it, in milliseconds: for as long as it takes unless told. */
  readonly patienceMs?: number;
};

/** Asks the same again only when the answer before has come, or patience with it is over: what hangs is not asked for beside itself. */
export function single<Args extends readonly unknown[], Answer>(
  ask: (...args: Args) => Promise<Answer>,
  { patienceMs }: SingleOptions = {},
): (...args: Args) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  const begin = (key: string, args: Args): Promise<Answer> => {
    const forget = () => {
      clearTimeout(timer);
      if (underWay.get(key) === asked) underWay.delete(key);
    };
    const asked = ask(...args).finally(forget);
    // Not before it is asked: what throws at once leaves no timer behind.
    const timer = patienceMs === undefined ? undefined : setTimeout(forget, patienceMs);
    underWay.set(key, asked);
    return asked;
  };
  return (...args) => {
    const key = JSON.stringify(args);
    return underWay.get(key) ?? begin(key, args);
  };
}
