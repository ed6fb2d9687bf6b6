/** An address that its owner recognises and nobody else learns: `j•••@example.com`. */
export function maskAddress(email: string): string {
  const at = email.lastIndexOf('@');
  const shown = at > 2 ? email.slice(0, 1) : '';
  return `${shown}•••${email.slice(at)}`;
}
