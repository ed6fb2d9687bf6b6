import { errorFields, type Logger } from '../log/logger.ts';

type Closer = { readonly name: string; readonly close: () => Promise<unknown> | unknown };

/** What a process opened, to be closed newest first. */
export type CloseStack = {
  /** Remembers how to close something that was just opened. */
  defer(name: string, close: Closer['close']): void;
  /** Closes all of it, newest first; one failure does not stop the rest. Never rejects. */
  closeAll(deadlineMs: number): Promise<void>;
};

/** Opens an empty close stack. */
export function createCloseStack(logger: Logger): CloseStack {
  const closers: Closer[] = [];
  const drain = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      try {
        await closer.close();
      } catch (error) {
        logger.warn({ event: 'close_failed', resource: closer.name, ...errorFields(error) });
      }
    }
  };
  return {
    defer: (name, close) => void closers.push({ name, close }),
    closeAll: async (deadlineMs) => {
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          logger.warn({ event: 'close_deadline_passed', left: closers.map(({ name }) => name) });
          resolve();
        }, deadlineMs);
      });
      await Promise.race([drain(), deadline]);
      clearTimeout(timer);
    },
  };
}
