import { acceptedAs } from '../../nouns/client-log.ts';
import { nameOfKey } from '../index-facts.ts';
import { aboutKey, aboutSend, type Check } from '../violation.ts';

/** I1, and I13: whoever answers 200, killed next or not, has written the row that it answers. */
export const everyAcceptedHasOneRow: Check = ({ sends, rowById, rowsByKey }) =>
  sends.flatMap((wish) => {
    const sendId = acceptedAs(wish);
    if (sendId === null || wish.kind === 'reused') return [];
    const name = nameOfKey(wish);
    const row = rowById.get(sendId);
    if (row === undefined)
      return [aboutKey('I1', name, `was accepted as ${sendId}, of which there is no row`)];
    const rows = rowsByKey.get(name) ?? [];
    if (rows.length === 1 && row.key === wish.key) return [];
    return [aboutSend('I1', sendId, `its key has ${rows.length} rows`)];
  });

/** I2. A key whose last word was "unknown" may or may not have a row. */
export const refusedLeavesNoRow: Check = ({ sends, rowsByKey }) =>
  sends.flatMap((wish) => {
    if (wish.kind === 'reused' || acceptedAs(wish) !== null) return [];
    const isTurnedDown = wish.tries.some(({ kind }) => kind === 'rejected' || kind === 'refused');
    const name = nameOfKey(wish);
    if (!isTurnedDown || !rowsByKey.has(name)) return [];
    return [aboutKey('I2', name, 'was turned down and has a row all the same')];
  });

/** I2, from the rows' side: each was asked for under its key, and was accepted or may have been. */
export const everyRowWasAskedFor: Check = ({ sends, rows }) => {
  const asked = new Set(sends.filter(({ kind }) => kind !== 'reused').map(nameOfKey));
  return rows
    .filter((row) => row.key === null || !asked.has(nameOfKey(row)))
    .map(({ id, status }) => aboutSend('I2', id, `is ${status}, and nobody asked for it`));
};

/** I10. */
export const sameKeyIsSameSend: Check = ({ sends }) =>
  sends.flatMap((wish) => {
    const name = nameOfKey(wish);
    const ids = new Set(wish.tries.flatMap((one) => (one.kind === 'accepted' ? [one.sendId] : [])));
    if (wish.kind !== 'reused')
      return ids.size > 1 ? [aboutKey('I10', name, `was accepted as ${[...ids].join(' and ')}`)] : [];
    const isDenied = wish.tries.every(
      (one) => one.kind === 'unknown' || (one.kind === 'rejected' && one.error === 'idempotency_key_reuse'),
    );
    return isDenied ? [] : [aboutKey('I10', name, 'came again with another body and was not turned down')];
  });

/** What is wanted must be accepted, and what is wrong must not. Part of I2: what is refused, is refused for a reason. */
export const answersFitWishes: Check = ({ sends }) =>
  sends.flatMap((wish) => {
    const { kind, tries } = wish;
    if (kind === 'reused') return [];
    const isWrong = kind === 'incomplete' || kind === 'refused';
    const other = tries.find((one) => one.kind !== 'unknown' && (one.kind === 'accepted') === isWrong);
    if (other === undefined) return [];
    const answer = other.kind === 'rejected' ? `rejected as ${other.error}` : other.kind;
    return [aboutKey('I2', nameOfKey(wish), `is ${kind} and was ${answer}`)];
  });

/** I11. Both workspaces use the same keys, so that a mix-up shows. */
export const workspacesStayApart: Check = ({ sends, rowById }) =>
  sends.flatMap((wish) => {
    const sendId = acceptedAs(wish);
    const row = sendId === null ? undefined : rowById.get(sendId);
    if (row === undefined || row.workspaceId === wish.workspaceId) return [];
    return [
      aboutSend('I11', row.id, `was asked for by ${wish.workspaceId} and belongs to ${row.workspaceId}`),
    ];
  });
