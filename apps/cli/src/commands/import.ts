import * as z from 'zod';
import { readArguments } from '../arguments.ts';
import { createApiClient } from '../demo/api-client.ts';
import { createAsk } from '../importing/ask.ts';
import { importSuppressions, importTemplates } from '../importing/import-into.ts';
import { postmark } from '../importing/postmark.ts';
import { resend } from '../importing/resend.ts';
import { sendgrid } from '../importing/sendgrid.ts';
import type { Product } from '../importing/source.ts';
import { isFetchFailure, Problem, reasonOf, UsageProblem } from '../problem.ts';
import { given } from '../stack/given.ts';
import { locateHome } from '../stack/home.ts';
import { readStackFile } from '../stack/stack-file.ts';
import type { Terminal } from '../terminal.ts';

const products: ReadonlyMap<string, Product> = new Map([
  ['resend', resend],
  ['postmark', postmark],
  ['sendgrid', sendgrid],
]);
const imports = new Map([
  ['suppressions', importSuppressions],
  ['templates', importTemplates],
]);

/** The key in a variable that has to be set; throws a `Problem` with what it is for, and never with what is in it. */
function neededKey(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const key = given(env, name)?.trim();
  if (key === undefined) throw new Problem(`${name} is not set: ${what}.`);
  // No header could have it, and who calls would say so with all of it.
  if (/^[!-~]+$/.test(key)) return key;
  throw new Problem(
    `${name} has characters that are in no key, such as a space, a line break or a curly quote: copy it anew.`,
  );
}

const base = (text: string, name: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageProblem(`${name} takes a URL such as https://api.example.com, not "${text}".`);
  }
  return text.replace(/\/+$/, '');
};

/** Whether a call of ours ended without an answer. */
const isUnanswered = (error: unknown): boolean =>
  isFetchFailure(error) || (error instanceof DOMException && error.name === 'TimeoutError');

/** What a person can do about the end of an import; anything else as it is. The product's own silence is a `Problem` already. */
function problemOf(
  error: unknown,
  { product, apiUrl }: { readonly product: string; readonly apiUrl: string },
): unknown {
  if (isUnanswered(error)) {
    return new Problem(
      `The API at ${apiUrl} (POSTROOM_URL) does not answer: ${reasonOf(error)}. What was taken over stays; the same command goes on from there.`,
      { cause: error },
    );
  }
  if (!(error instanceof z.ZodError)) return error;
  return new Problem(`${product} answers in another shape than is known: ${z.prettifyError(error)}`, {
    cause: error,
  });
}

/** The longest window in which requests of a key are counted. */
const longestWaitSeconds = 3_600;

/** Tells whoever waits: in the line that is drawn in place, or in one of its own where none is drawn. */
export const tellingOfWaits = (terminal: Terminal) => (seconds: number) => {
  const text = `  asked to wait ${Math.ceil(seconds)} s ...`;
  if (terminal.isInteractive) terminal.status(text);
  else terminal.line(text);
};

/** `postroom import templates|suppressions --from PRODUCT`: takes over what an account of another product has. */
export async function importFrom(
  args: readonly string[],
  terminal: Terminal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { values, positionals } = readArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      'from-url': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  const [what = '', ...others] = positionals;
  const run = others.length === 0 ? imports.get(what) : undefined;
  if (run === undefined) throw new UsageProblem('import takes templates or suppressions.');
  const product = products.get(values.from ?? '');
  if (product === undefined)
    throw new UsageProblem(`--from takes one of ${[...products.keys()].join(', ')}.`);
  const theirKey = neededKey(env, product.keyVariable, `the key of your account at ${values.from}`);
  const key = neededKey(
    env,
    'POSTROOM_KEY',
    'a key of ours with the scopes admin, templates:read, templates:write',
  );
  const here =
    given(env, 'POSTROOM_URL') ?? readStackFile(locateHome(env))?.apiUrl ?? 'http://localhost:3001';
  const url = base(values['from-url'] ?? product.url, '--from-url');
  const apiUrl = base(here, 'POSTROOM_URL');
  const client = createApiClient({
    apiUrl,
    key,
    signal: new AbortController().signal,
    patience: { longestWaitSeconds, onWait: tellingOfWaits(terminal) },
  });
  const source = product.open(createAsk({ url, headers: product.headers(theirKey) }));
  try {
    return await run(source, { client, terminal, isDry: values['dry-run'] });
  } catch (error) {
    throw problemOf(error, { product: values.from ?? '', apiUrl });
  }
}
