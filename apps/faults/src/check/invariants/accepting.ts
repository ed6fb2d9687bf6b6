import { acceptedAs } from '../../nouns/client-log.ts';
import { acceptedWishes, nameOfKey } from '../index-facts.ts';
import { aboutKey, aboutSend, type Check } from '../violation.ts';

/** I1, and I13: whoever answers 200, killed next or not, has written the row that it answers. */
export const everyAcceptedHasOneRow: Check = function* ({ sends, rowById, rowsByKey }) {
  for (const [wish, sendId] of acceptedWishes(sends)) {
    const name = nameOfKey(wish);
    const row = rowById.get(sendId);
    const rows = rowsByKey.get(name) ?? [];
    if (row === undefined) yield aboutKey('I1', name, `was accepted as ${sendId}, of which there is no row`);
    else if (rows.length !== 1 || row.key !== wish.key)
      yield aboutSend('I1', sendId, `its key has ${rows.length} rows`);
  }
};

/** I2. A key whose last word was "unknown" may or may not have a row. */
export const refusedLeavesNoRow: Check = function* ({ sends, rowsByKey }) {
  for (const wish of sends) {
    if (wish.kind === 'reused' || acceptedAs(wish) !== null) continue;
    const isTurnedDown = wish.tries.some(({ kind }) => kind === 'rejected' || kind === 'refused');
    const name = nameOfKey(wish);
    if (isTurnedDown && rowsByKey.has(name))
      yield aboutKey('I2', name, 'was turned down and has a row all the same');
  }
};

/** I2, from the rows' side: each was asked for under its key, and was accepted or may have been. */
export const everyRowWasAskedFor: Check = function* ({ rows, wishOfRow }) {
  for (const row of rows) {
    if (row.key === null || wishOfRow(row) === undefined)
      yield aboutSend('I2', row.id, `is ${row.status}, and nobody asked for it`);
  }
};

/** I10. */
export const sameKeyIsSameSend: Check = function* ({ sends }) {
  for (const wish of sends) {
    const name = nameOfKey(wish);
    const ids = new Set(wish.tries.flatMap((one) => (one.kind === 'accepted' ? [one.sendId] : [])));
    const isDenied = wish.tries.every(
      (one) => one.kind === 'unknown' || (one.kind === 'rejected' && one.error === 'idempotency_key_reuse'),
    );
    if (wish.kind === 'reused' && !isDenied)
      yield aboutKey('I10', name, 'came again with another body and was not turned down');
    if (wish.kind !== 'reused' && ids.size > 1)
      yield aboutKey('I10', name, `was accepted as ${[...ids].join(' and ')}`);
  }
};

/** What is wanted must be accepted, and what is wrong must not. Part of I2: what is refused, is refused for a reason. */
export const answersFitWishes: Check = function* ({ sends }) {
  for (const wish of sends) {
    const { kind, tries } = wish;
    if (kind === 'reused') continue;
    const isWrong = kind === 'incomplete' || kind === 'refused';
    const other = tries.find((one) => one.kind !== 'unknown' && (one.kind === 'accepted') === isWrong);
    if (other === undefined) continue;
    const answer = other.kind === 'rejected' ? `rejected as ${other.error}` : other.kind;
    yield aboutKey('I2', nameOfKey(wish), `is ${kind} and was ${answer}`);
  }
};

/** I11. Both workspaces use the same keys, so that a mix-up shows. */
export const workspacesStayApart: Check = function* ({ sends, rowById }) {
  for (const wish of sends) {
    const row = rowById.get(acceptedAs(wish) ?? '');
    if (row !== undefined && row.workspaceId !== wish.workspaceId)
      yield aboutSend(
        'I11',
        row.id,
        `was asked for by ${wish.workspaceId} and belongs to ${row.workspaceId}`,
      );
  }
};
