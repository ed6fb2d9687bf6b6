import { X509Certificate } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';

/** What TLS is spoken with, in PEM, and the moment at which clients trust it no longer. */
export type Certificate = { readonly cert: Buffer; readonly key: Buffer; readonly endsAt: Date };

export type CertificateFiles = { readonly certFile: string; readonly keyFile: string };

/** How often the files are looked at, in milliseconds. */
const lookEveryMs = 2_000;

/** Reads a certificate and its key; rejects when they cannot be used, or do not belong together. */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  createSecureContext({ cert, key });
  return { cert, key, endsAt: new Date(new X509Certificate(cert).validTo) };
}

/** Tells of a certificate that took the place of the one before, or why what is there now cannot: the old one stays. */
export function watchCertificate(
  files: CertificateFiles,
  told: { readonly onChange: (certificate: Certificate) => void; readonly onBad: (error: unknown) => void },
): () => void {
  const look = () => void readCertificate(files).then(told.onChange, told.onBad);
  const both = [files.certFile, files.keyFile];
  for (const file of both) watchFile(file, { interval: lookEveryMs, persistent: false }, look);
  return () => {
    for (const file of both) unwatchFile(file, look);
  };
}
