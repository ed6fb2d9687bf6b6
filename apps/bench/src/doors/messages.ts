/** Who the messages of the bench of the doors are from and for. */
export const from = 'hello@acme.test';
export const to = ['jane@b.test'];

/** 5 KB, as every door brings it. */
export const html = (subject: string) =>
  `<p>${subject}</p>${'<p>We pack every order by hand.</p>'.repeat(140)}`;

const head = (subject: string) =>
  `From: ${from}\r\nTo: ${to[0]}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@acme.test>\r\nMIME-Version: 1.0\r\n`;

/** The same as a message of one part. */
export function message(subject: string): string {
  const lines = html(subject).replace(/<\/p>/g, '</p>\r\n');
  return `${head(subject)}Content-Type: text/html; charset=utf-8\r\n\r\n${lines}`;
}

/** A message with a file of so many bytes. */
export function largeMessage(subject: string, bytes: number): string {
  const line = `${'QUJD'.repeat(19)}\r\n`;
  const file = line.repeat(Math.ceil(bytes / line.length));
  const parts = [
    'Content-Type: text/plain\r\n\r\nHello',
    `Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}`,
  ];
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join('');
  return `${head(subject)}Content-Type: multipart/mixed; boundary=b\r\n\r\n${body}--b--`;
}
