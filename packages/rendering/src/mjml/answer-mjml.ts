import { type MjmlAnswer, maxHtmlLength, tooMuchHtml } from './mjml-messages.ts';

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

/** Has MJML compile a source; keeps the thread for as long as that takes. */
export async function answerMjml(source: string): Promise<MjmlAnswer> {
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
    if (html.length > maxHtmlLength) return { kind: 'unreadable', reason: tooMuchHtml };
    return {
      kind: 'compiled',
      html,
      problems: errors.map(({ line, message }) => ({ line: Number(line) || 1, message: String(message) })),
    };
  } catch (error) {
    return { kind: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}
