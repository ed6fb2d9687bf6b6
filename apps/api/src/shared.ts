/**
 * One making at a time, whose outcome is everybody's who asks meanwhile and for `keepMs` after (not at all unless told):
 * what many ask for at once costs as much as what one asks for. A failure is kept for nobody.
 */
export function shared<Value>(make: () => Promise<Value>, keepMs = 0): () => Promise<Value> {
  let current: Promise<Value> | null = null;
  return () => {
    if (current !== null) return current;
    const making = make();
    current = making;
    const forget = () => {
      if (current === making) current = null;
    };
    making.then(() => (keepMs === 0 ? forget() : setTimeout(forget, keepMs).unref()), forget);
    return making;
  };
}
