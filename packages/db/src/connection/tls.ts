import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { UnfitDatabaseError } from './unfit-database.ts';

/** Ways to connect, to be tried in this order: without TLS, or with it. */
export type TlsAttempts = readonly [false | ConnectionOptions, ...(false | ConnectionOptions)[]];

/** The values of libpq's `sslmode`, and node-postgres's `no-verify`. */
const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** The parameters that this file reads. */
export const tlsParameters = ['sslmode', 'ssl', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword'] as const;

type Given = ReadonlyMap<string, string>;

function fileOf(given: Given, name: string): string | undefined {
  const path = given.get(name);
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why =
      typeof error === 'object' && error !== null && 'code' in error
        ? String(error.code)
        : 'it cannot be read';
    throw new UnfitDatabaseError(`DATABASE_URL: the file of ${name}, ${path}, cannot be read: ${why}.`);
  }
}

/** node-postgres's and JDBC's `ssl`, as the `sslmode` that it stands for. */
function modeOfSsl(ssl: string | undefined): string | undefined {
  if (ssl === undefined) return undefined;
  const mode = {
    true: 'verify-full',
    1: 'verify-full',
    false: 'disable',
    0: 'disable',
    'no-verify': 'no-verify',
  };
  for (const [value, meaning] of Object.entries(mode)) if (ssl === value) return meaning;
  throw new UnfitDatabaseError(`DATABASE_URL: ssl must be true, false or no-verify; better, say sslmode.`);
}

/** Encrypted, with the certificate checked as the mode asks: by name and authority, by authority, or not at all. */
function encrypted(given: Given, mode: string): ConnectionOptions {
  const [cert, key, passphrase] = [
    fileOf(given, 'sslcert'),
    fileOf(given, 'sslkey'),
    given.get('sslpassword'),
  ];
  const own = { ...(cert && { cert }), ...(key && { key }), ...(passphrase && { passphrase }) };
  const isSystem = given.get('sslrootcert') === 'system';
  const ca = isSystem ? undefined : fileOf(given, 'sslrootcert');
  if (isSystem && mode !== 'verify-full') {
    throw new UnfitDatabaseError('DATABASE_URL: sslrootcert=system asks for sslmode=verify-full.');
  }
  if (mode === 'verify-full') return { ...own, ...(ca && { ca }) };
  if (mode === 'verify-ca' && ca === undefined) {
    throw new UnfitDatabaseError(
      'DATABASE_URL: sslmode=verify-ca needs sslrootcert, a file with the certificate of the authority. Name it, or use sslmode=verify-full.',
    );
  }
  // As libpq does it: with an authority at hand, `require` checks it as well.
  if (mode === 'verify-ca' || (mode === 'require' && ca !== undefined)) {
    return { ...own, ca, checkServerIdentity: () => undefined };
  }
  return { ...own, rejectUnauthorized: false };
}

/**
 * What `sslmode` means, as libpq has it (https://www.postgresql.org/docs/current/libpq-ssl.html). Where nothing is said
 * TLS is used only where the server insists.
 */
export function tlsAttempts(given: Given, isSocket: boolean): TlsAttempts {
  const mode = given.get('sslmode') ?? modeOfSsl(given.get('ssl')) ?? 'allow';
  if (!modes.includes(mode)) {
    throw new UnfitDatabaseError(
      `DATABASE_URL: sslmode is none of ${modes.slice(0, -1).join(', ')}. Take one of these.`,
    );
  }
  if (mode === 'disable' || isSocket) return [false];
  if (mode === 'allow') return [false, encrypted(given, 'no-verify')];
  if (mode === 'prefer') return [encrypted(given, 'no-verify'), false];
  return [encrypted(given, mode)];
}
