const letters = '0123456789abcdefghjkmnpqrstvwxyz';

/** The UUID that stands in an id such as `em_01h...`; what is none stays as it is. */
export function uuidOf(id: string): string {
  if (!/^em_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(id)) return id;
  const value = [...id.slice(3)].reduce((sum, letter) => sum * 32n + BigInt(letters.indexOf(letter)), 0n);
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The id such as `em_01h...` that a UUID stands in; what is none stays as it is. */
export function typeIdOf(id: string): string {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id;
  let rest = BigInt(`0x${id.replaceAll('-', '')}`);
  let text = '';
  for (let at = 0; at < 26; at += 1) {
    text = `${letters[Number(rest % 32n)]}${text}`;
    rest /= 32n;
  }
  return `em_${text}`;
}
