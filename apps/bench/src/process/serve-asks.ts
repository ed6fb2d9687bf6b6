import { askSchema, helloId } from './messages.ts';

type Handlers = Readonly<Record<string, (input: unknown) => unknown>>;

/** Answers, in a child of the bench, what its parent asks by these names; other names are left to others. */
export function serveAsks(handlers: Handlers): void {
  process.on('message', (message) => {
    const asked = askSchema.safeParse(message);
    if (!asked.success) return;
    const { id, ask, input } = asked.data;
    const handler = handlers[ask];
    if (handler === undefined) return;
    void Promise.resolve()
      .then(() => handler(input))
      .then(
        (answer) => process.send?.({ id, answer: answer ?? null }),
        (error: unknown) =>
          process.send?.({
            id,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          }),
      );
  });
}

/** Tells the parent that `serveAsks` has been called. */
export function sayHello(): void {
  process.send?.({ id: helloId, answer: null });
}
