import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Attack, makeTemplate, postBytes } from './attack.ts';

const pack = promisify(gzip);
const itemHead = '{"items":[{"idempotencyKey":"a","templateId":"01a20167-d4ed-777d-a382-ef901be53203"';
const many = (count: number, write: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => write(at));

const unknownFields: Attack = {
  name: 'unknown fields',
  about: 'an item with 1.9 million of them, 25 MB',
  round: (target) =>
    postBytes(target, '/emails/batch', `${itemHead},${many(1_900_000, (at) => `"k${at}":1`).join()}}]}`),
};

const packedZeros: Attack = {
  name: 'packed zeros',
  about: 'six requests of 25 KB at once, each with data of 12.9 million zeros when it is unpacked',
  round: async (target) => {
    const zeros = '0,'.repeat(12_900_000);
    const body = new Uint8Array(await pack(`${itemHead},"data":{"a":[${zeros}0]}}]}`));
    const post = () => postBytes(target, '/emails/batch', body, { 'content-encoding': 'gzip' });
    await Promise.all(Array.from({ length: 6 }, post));
  },
};

const longLabels: Attack = {
  name: 'long labels',
  about: '24,000 addresses with a label of 300 CJK letters',
  round: (target) => {
    const cc = many(24_000, (at) => `"a${at}@${'漢'.repeat(300)}.example"`).join();
    const email = `{"from":"a@b.example","to":["a@b.example"],"subject":"x","text":"x","cc":[${cc}]}`;
    return postBytes(target, '/emails/batch', `{"emails":[${email}]}`);
  },
};

const allRecipients: Attack = {
  name: 'all recipients',
  about: '1,000 emails with 50 recipients each, as many as there may be',
  round: (target) => {
    const cc = many(49, (at) => `"copy-${at}@hostile.example"`).join();
    const email = `{"from":"orders@hostile.example","to":["a@hostile.example"],"subject":"x","text":"x","cc":[${cc}]}`;
    return postBytes(target, '/emails/batch?dryRun=true', `{"emails":[${many(1_000, () => email).join()}]}`);
  },
};

const missingNames: Attack = {
  name: 'missing names',
  about: 'a hundred items that lack every one of 200 long names',
  prepare: (target) => makeTemplate(target, many(200, (at) => `{{${'n'.repeat(200)}${at}}}`).join(' ')),
  round: async (target, [templateId]) => {
    const item = { templateId, to: { email: 'a@hostile.example' } };
    const items = many(100, (at) =>
      JSON.stringify({ ...item, idempotencyKey: `${target.nextName()}-${at}` }),
    );
    await postBytes(target, '/emails/batch', `{"items":[${items.join()}]}`);
  },
};

const growingNumbers: Attack = {
  name: 'growing numbers',
  about:
    'data and attributes of 37,000 numbers each that PostgreSQL would write 50 times as long, fifty times',
  prepare: async (target) => {
    const attributes = `{"a":[${many(37_000, () => '5e-324').join()}]}`;
    const ids = [];
    for (let at = 0; at < 50; at += 1) {
      const name = target.nextName();
      await postBytes(
        target,
        '/profiles',
        `{"externalId":"${name}","email":"${name}@hostile.example","attributes":${attributes}}`,
      );
      ids.push(name);
    }
    return [...(await makeTemplate(target, '<p>{{a.length}}</p>')), ...ids];
  },
  round: async (target, [templateId, ...externalIds]) => {
    const data = `{"a":[${many(37_000, () => '5e-324').join()}]}`;
    const items = externalIds.map(
      (externalId) =>
        `{"idempotencyKey":"${target.nextName()}","templateId":"${templateId}","to":{"externalId":"${externalId}"},"data":${data}}`,
    );
    await postBytes(target, '/emails/batch', `{"items":[${items.join()}]}`);
  },
};

/** What a body can do before, or once, it is accepted. */
export const bodyAttacks: readonly Attack[] = [
  unknownFields,
  packedZeros,
  longLabels,
  allRecipients,
  missingNames,
  growingNumbers,
];
