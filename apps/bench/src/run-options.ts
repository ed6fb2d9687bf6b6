import type { CloseStack } from '@postroom/process';
import type { BenchOptions } from './options.ts';

/** What a command of the bench is run with; what it starts goes on the close stack. */
export type RunOptions = Omit<BenchOptions, 'commands' | 'jsonFile'> & {
  readonly closeStack: CloseStack;
  /** Tells a person how far it has come. */
  readonly say: (text: string) => void;
};
