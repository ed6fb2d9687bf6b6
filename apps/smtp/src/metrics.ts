import { Counter, Gauge, Registry, registerProcess } from '@postroom/process';

/** What the SMTP process counts. */
export type SmtpMetrics = {
  readonly registry: Registry;
  /** One more answer of this code to a message, a key or a command. */
  readonly answered: (code: number) => void;
  /** Connections that stand, messages that were taken since the start, and whatever was refused. */
  readonly numbers: () => { readonly connections: number; readonly taken: number; readonly refused: number };
  /** The certificate that holds from now on ends then. */
  readonly certified: (endsAt: Date) => void;
};

/** Registers the counters; `connections` is asked when they are read. */
export function createMetrics(connections: () => number): SmtpMetrics {
  const registry = new Registry();
  registerProcess(registry, 'smtp');
  const answers = new Counter({
    name: 'postroom_smtp_answers_total',
    help: 'Messages that were taken (250), and whatever was refused, by the code of the answer.',
    labelNames: ['code'],
    registers: [registry],
  });
  const open: Gauge = new Gauge({
    name: 'postroom_smtp_connections',
    help: 'Connections that stand.',
    registers: [registry],
    collect: () => open.set(connections()),
  });
  const ends = new Gauge({
    name: 'postroom_smtp_certificate_ends_seconds',
    help: 'When the certificate ends, in seconds since 1970.',
    // With a label it is not there until there is a certificate; without one it would be 0: ended long ago.
    labelNames: ['service'],
    registers: [registry],
  });
  let [taken, refused] = [0, 0];
  return {
    registry,
    answered: (code) => {
      if (code === 250) taken += 1;
      else refused += 1;
      answers.inc({ code: String(code) });
    },
    numbers: () => ({ connections: connections(), taken, refused }),
    certified: (endsAt) => ends.set({ service: 'smtp' }, endsAt.getTime() / 1_000),
  };
}
