import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSendId, toTypeId } from './type-id.ts';

describe('the two forms of a send id', () => {
  test('are one to one', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const typeId = toTypeId(uuid);
        expect(typeId).toMatch(/^em_[0-9a-z]{26}$/);
        expect(parseSendId(typeId)).toBe(uuid);
        expect(parseSendId(typeId.toUpperCase())).toBe(uuid);
        expect(parseSendId(uuid.toUpperCase())).toBe(uuid);
      }),
    );
  });

  test('follow the TypeID specification', () => {
    expect(toTypeId('01890a5d-ac96-774b-bcce-b302099a8057')).toBe('em_01h455vb4pex5vsknk084sn02q');
  });

  test.each([
    '',
    'em_',
    'em_81h455vb4pex5vsknk084sn02q',
    'em_01h455vb4pex5vsknk084sn02',
    'xx_01h455vb4pex5vsknk084sn02q',
    '01890a5d',
  ])('%j is none', (id) => {
    expect(parseSendId(id)).toBeNull();
  });
});
