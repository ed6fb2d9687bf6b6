import { errorFields, type Foundation } from '@postroom/process';
import { type ConversationDeps, conversation } from '../session/conversation.ts';
import type { Crowd } from '../session/crowd.ts';
import type { SmtpConfig } from '../smtp-config.ts';
import { type Certificate, type CertificateFiles, readCertificate, watchCertificate } from './certificate.ts';
import { endSlow } from './end-slow.ts';
import { type Listener, openListener } from './listener.ts';

/** A connection of which nothing is heard for so long is ended, in milliseconds. */
const idleMs = 60_000;

/** How long those in hand may go on once the process was told to stop, in milliseconds. */
const drainMs = 10_000;

function filesOf({
  SMTP_TLS_CERT_FILE: certFile,
  SMTP_TLS_KEY_FILE: keyFile,
}: SmtpConfig): CertificateFiles | null {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw new Error('SMTP_TLS_CERT_FILE and SMTP_TLS_KEY_FILE are needed together, or neither of them.');
}

type PortsDeps = Omit<ConversationDeps, 'isStopping' | 'unknownCommands'> & {
  /** Whoever is connected, of all ports. */
  readonly crowd: Crowd;
  /** Told of the certificate that holds from now on. */
  readonly certified: (endsAt: Date) => void;
};

/** What connections are opened with; without a certificate they have no TLS. */
const settingsOf = (config: SmtpConfig, certificate: Certificate | null) => ({
  host: config.SMTP_HOST,
  name: new URL(config.PUBLIC_URL).hostname,
  banner: 'Postroom',
  size: config.SMTP_MAX_BYTES,
  authMethods: ['PLAIN', 'LOGIN'],
  // The conversation refuses who gave no key, and says what to do.
  authOptional: true,
  // Who may do so is told to each connection by itself.
  allowInsecureAuth: true,
  hideSTARTTLS: certificate === null,
  hideSMTPUTF8: true,
  // Its own are not those of these answers.
  hideENHANCEDSTATUSCODES: true,
  useProxy: config.SMTP_PROXY_PROTOCOL_FROM.length > 0 && [...config.SMTP_PROXY_PROTOCOL_FROM],
  socketTimeout: idleMs,
  ...(certificate === null ? {} : { cert: certificate.cert, key: certificate.key }),
});

/** Opens the ports that the configuration names, with a certificate that may change; answers them. */
export async function openPorts(
  config: SmtpConfig,
  { logger, closeStack }: Foundation,
  deps: PortsDeps,
): Promise<{ readonly port: number | null; readonly securePort: number | null }> {
  const files = filesOf(config);
  if (files === null) logger.warn({ event: 'smtp_without_tls' });
  const certificate = files === null ? null : await readCertificate(files);
  if (certificate !== null) deps.certified(certificate.endsAt);
  let isStopping = false;
  // Old jokes; and TLS where there is none.
  const unknownCommands = ['WIZ', 'SHELL', 'KILL', ...(files === null ? ['STARTTLS'] : [])];
  const options = {
    ...settingsOf(config, certificate),
    disabledCommands: unknownCommands,
    ...conversation({ ...deps, unknownCommands, isStopping: () => isStopping }),
  };
  const listeners: Listener[] = [];
  const open = async (port: number, secure: boolean): Promise<number | null> => {
    if (port === 0) return null;
    const listener = await openListener({ ...options, port, secure, crowd: deps.crowd });
    listeners.push(listener);
    return listener.port;
  };
  const ports = {
    port: await open(config.SMTP_PORT, false),
    securePort: files === null ? null : await open(config.SMTPS_PORT, true),
  };
  closeStack.defer('smtp', async () => {
    isStopping = true;
    const closing = listeners.map((listener) => listener.close(drainMs));
    const idle = deps.sessions.ids(({ message }) => message === null);
    for (const listener of listeners) listener.end(idle, 421, '4.3.2 The server is stopping: try again.');
    await Promise.all(closing);
  });
  closeStack.defer('slow connections', endSlow({ ...deps, listeners }));
  if (files !== null) {
    const stop = watchCertificate(files, {
      onChange: (renewed) => {
        for (const listener of listeners) listener.renew(renewed);
        deps.certified(renewed.endsAt);
        logger.info({ event: 'smtp_certificate_renewed' });
      },
      onBad: (error) => logger.error({ event: 'smtp_certificate_bad', ...errorFields(error) }),
    });
    closeStack.defer('certificate', stop);
  }
  return ports;
}
