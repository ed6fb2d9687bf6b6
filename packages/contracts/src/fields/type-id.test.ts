import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseSendId, toTypeId } from './type-id.ts';

test.each([
  ['00000000-0000-0000-0000-000000000000', 'em_00000000000000000000000000'],
  ['00000000-0000-0000-0000-000000000001', 'em_00000000000000000000000001'],
  ['00000000-0000-0000-0000-00000000001f', 'em_0000000000000000000000000z'],
  ['01890a5d-ac96-774b-bcce-b302099a8057', 'em_01h455vb4pex5vsknk084sn02q'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', 'em_7zzzzzzzzzzzzzzzzzzzzzzzzz'],
])('the UUID %s is %s, as the TypeID specification has it', (uuid, typeId) => {
  expect(toTypeId(uuid)).toBe(typeId);
  expect(parseSendId(typeId)).toEqual({ uuid, dialect: 'emails' });
});

test('every UUID comes back from its TypeID', () => {
  fc.assert(
    fc.property(fc.uuid(), (uuid) =>
      expect(parseSendId(toTypeId(uuid))).toEqual({ uuid, dialect: 'emails' }),
    ),
  );
});

test('ids sort the same in both forms', () => {
  fc.assert(fc.property(fc.uuid(), fc.uuid(), (a, b) => expect(toTypeId(a) < toTypeId(b)).toBe(a < b)));
});

test('a UUID may be in capitals', () => {
  expect(parseSendId('01890A5D-AC96-774B-BCCE-B302099A8057')).toEqual({
    uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
    dialect: 'items',
  });
});

test.each([
  ['nothing', ''],
  ['another prefix', 'user_01h455vb4pex5vsknk084sn02q'],
  ['too short a suffix', 'em_01h455vb4pex5vsknk084sn02'],
  ['too long a suffix', 'em_01h455vb4pex5vsknk084sn02q0'],
  ['more than 128 bits', 'em_81h455vb4pex5vsknk084sn02q'],
  ['capitals', 'em_01H455VB4PEX5VSKNK084SN02Q'],
  ['a letter that base32 leaves out', 'em_01h455vb4pex5vsknk084sn0iq'],
  ['a UUID without dashes', '01890a5dac96774bbcceb302099a8057'],
])('%s is no id', (_what, text) => {
  expect(parseSendId(text)).toBeNull();
});
