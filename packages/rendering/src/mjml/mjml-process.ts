import { setPriority } from 'node:os';
import type { MjmlAnswer } from './mjml-messages.ts';

/** Behind whatever else this machine does, and not so far that it stands still on a busy one. */
const niceness = 5;

type Compile = (
  source: string,
  options: Readonly<Record<string, unknown>>,
) => Promise<{
  readonly html: string;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}>;

/** Both packages are CommonJS whose default export is that of an ES module. */
const exported = (module: unknown): unknown => {
  let value = module;
  while (typeof value === 'object' && value !== null && 'default' in value) value = value.default;
  return value;
};

async function load(): Promise<{ readonly compile: Compile; readonly preset: unknown } | null> {
  try {
    const compile = exported(await import('mjml-core'));
    const preset = exported(await import('mjml-preset-core'));
    // What the packages say of themselves is not typed; a function is all that can be seen of it.
    return typeof compile === 'function' ? { compile: compile as Compile, preset } : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

async function answerTo(source: string): Promise<MjmlAnswer> {
  const loaded = await load();
  if (loaded === null) return { kind: 'not_installed' };
  const { compile, preset } = loaded;
  try {
    // Nothing is read from the disk: neither included files nor a configuration.
    const options = {
      presets: [preset],
      validationLevel: 'soft',
      ignoreIncludes: true,
      useMjmlConfigOptions: false,
    };
    const { html, errors } = await compile(source, options);
    return {
      kind: 'compiled',
      html,
      problems: errors.map(({ line, message }) => ({ line: Number(line) || 1, message: String(message) })),
    };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

setPriority(niceness);
process.once('message', (source: string) => {
  const ended = () => process.exit(0);
  void answerTo(source).then((answer) => process.send?.(answer, ended));
});
// Whose parent is gone has nobody to answer.
process.once('disconnect', () => process.exit(0));
