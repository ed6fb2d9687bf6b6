import { Counter, Gauge, Registry, registerProcess } from '@postroom/process';

/** What the SMTP process counts. */
export type SmtpMetrics = {
  readonly registry: Registry;
  /** One more answer of this code to a message, a key or a command. */
  readonly answered: (code: number) => void;
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
  return {
    registry,
    answered: (code) => answers.inc({ code: String(code) }),
    certified: (endsAt) => ends.set({ service: 'smtp' }, endsAt.getTime() / 1_000),
  };
}
