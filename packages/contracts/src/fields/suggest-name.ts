/** Names that are longer are not compared: no field of ours is half as long. */
const maxLength = 64;

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** How many letters have to be put in, left out, exchanged or changed, as far as that is at most `limit`. */
function distanceOf(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const cost = (last[j - 1] ?? 0) + Number(!isSame);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (older[j - 2] ?? 0) + 1 : cost;
      row.push(Math.min(cost, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    if (Math.min(...row) > limit) return limit + 1;
    older = last;
    last = row;
  }
  return last[b.length] ?? limit + 1;
}

/**
 * The known name that a misspelt one was probably meant as, or null: the same letters in another case or with other
 * punctuation, else at most two letters away, one in a short name.
 */
export function suggestName(unknown: string, known: readonly string[]): string | null {
  const wanted = plain(unknown.slice(0, maxLength + 1));
  if (unknown.length > maxLength || wanted === '') return null;
  const limit = wanted.length < 5 ? 1 : 2;
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of known) {
    const distance = distanceOf(wanted, plain(name), limit);
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance };
  }
  return best?.name ?? null;
}
