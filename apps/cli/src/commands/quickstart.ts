import { readArguments } from '../arguments.ts';
import { demonstrate } from '../demo/demonstrate.ts';
import { Problem } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { given } from '../stack/given.ts';
import { runStack } from '../stack/run-stack.ts';
import { showStack } from '../stack/show-stack.ts';
import { aborted } from '../stack/stop-request.ts';
import type { Terminal } from '../terminal.ts';
import { stackArguments, stackOptionsOf } from './stack-arguments.ts';

/** `postroom quickstart`: starts everything, shows the way of a batch, and stays up unless `--once`. */
export async function quickstart(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = { ...stackArguments, once: { type: 'boolean', default: false } } as const;
  const { values } = readArguments({ args: [...args], options });
  refuseOtherSes();
  return runStack(stackOptionsOf(values), terminal, async (stack, stop) => {
    const outcome = await demonstrate(stack.foundation, terminal, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return null;
      throw error;
    });
    if (outcome === null) return 1;
    if (!outcome.isAsPromised) {
      terminal.error(
        terminal.paint('red', 'Not as promised: 99 sent, 1 rejected, a click and a bounce were the aim.'),
      );
    }
    if (!values.once) {
      showStack(stack, terminal, outcome.curl);
      await aborted(stop.signal);
    }
    return outcome.isAsPromised ? 0 : 1;
  });
}

/** The demonstration writes to 99 made-up addresses: an account that did so for real would lose its good name. */
function refuseOtherSes(): void {
  const endpoint = given(process.env, 'AWS_ENDPOINT_URL_SESV2');
  if (endpoint === undefined) return;
  throw new Problem(
    `AWS_ENDPOINT_URL_SESV2 is ${endpoint}: the demonstration would send 99 mails to example.com through it.\nFor the local SES, run: env -u AWS_ENDPOINT_URL_SESV2 ${typed('quickstart')}\nTo use that SES without the demonstration, run: ${typed('up')}`,
  );
}
