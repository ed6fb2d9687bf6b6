import type { CloseStack } from '@postroom/process';
import type { Code } from '@postroom/testkit';

/** What a command of the bench is run with; what it starts goes on the close stack. */
export type RunOptions = {
  readonly code: Code;
  readonly isShort: boolean;
  readonly sends: number;
  readonly seed: number;
  /** Where the CPU profiles of the API and the worker go; null: none are taken. */
  readonly profileDir: string | null;
  readonly closeStack: CloseStack;
  /** Tells a person how far it has come. */
  readonly say: (text: string) => void;
};
