import { createPublicKey, X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { snsTestCertificatePem, snsTestPrivateKeyPem } from '../../index.ts';

test('the test certificate is that of the test key', () => {
  const fromCertificate = new X509Certificate(snsTestCertificatePem).publicKey;
  const fromKey = createPublicKey(snsTestPrivateKeyPem);
  expect(fromCertificate.export({ type: 'spki', format: 'pem' })).toBe(
    fromKey.export({ type: 'spki', format: 'pem' }),
  );
});
