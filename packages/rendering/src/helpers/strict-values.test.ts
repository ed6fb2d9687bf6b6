import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTemplateCompiler } from '../template/compile-template.ts';
import { firstClusters } from './clusters.ts';

const compiler = createTemplateCompiler({ maxOutputBytes: 1_000_000 });

/** Intl puts narrow spaces where people put plain ones. */
const render = (source: string, data: unknown = {}) =>
  compiler
    .compilePart(
      'text',
      source,
    )(data)
    .replace(/[\u00a0\u202f]/g, ' ');

const dateSource = '{{formatDate d}}|{{formatDate d "medium" time="short" timeZone="America/New_York"}}';

describe('only what is a date is formatted, and days never slip', () => {
  test.each([
    ['Order 12', 'Order 12|Order 12'],
    ['5', '5|5'],
    ['Spring 2026', 'Spring 2026|Spring 2026'],
    ['03/04/2026', '03/04/2026|03/04/2026'],
    ['2026-02-30', '2026-02-30|2026-02-30'],
    ['2026-03', 'March 2026|Mar 2026'],
    ['2026', '2026|2026'],
    ['2026-03-01', 'March 1, 2026|Mar 1, 2026'],
    ['2026-03-01T23:30:00', 'March 1, 2026|Mar 1, 2026, 11:30 PM'],
    ['2026-03-01T23:30:00Z', 'March 1, 2026|Mar 1, 2026, 6:30 PM'],
    ['2026-03-02T01:30:00+02:00', 'March 1, 2026|Mar 1, 2026, 6:30 PM'],
    ['1767225600000', '1767225600000|1767225600000'],
    [1_767_225_600_000, 'January 1, 2026|Dec 31, 2025, 7:00 PM'],
    [true, 'true|true'],
    [null, '|'],
  ])('%j', (d, expected) => {
    expect(render(dateSource, { d })).toBe(expected);
  });

  test.each([
    ['{{formatDate d "full" time="full" timeZone="Asia/Tokyo"}}', 'Sunday, March 1, 2026 at 11:30:00 PM'],
    ['{{formatDate d "short"}}', '3/1/26'],
    ['{{formatDate d "iso"}}', '2026-03-01T23:30:00.000'],
    ['{{formatDate m "short"}} {{formatDate m "full"}} {{formatDate m "iso"}}', '3/2026 March 2026 2026-03'],
    ['{{formatDate m locale="fa"}}|{{formatDate y locale="th"}}', 'مارس ۲۰۲۶|2026'],
    ['{{formatDate y "short"}} {{formatDate y "iso"}} {{formatDate y time="short"}}', '2026 2026 2026'],
    ['{{formatDate d format=odd time=odd timeZone=odd locale=odd}}', '1. März 2026'],
  ])('%s', (source, expected) => {
    expect(render(source, { d: '2026-03-01T23:30:00', m: '2026-03', y: '2026', odd: 'de_DE' })).toBe(
      expected,
    );
  });
});

describe('only what is a number is one, and no digit of it is lost', () => {
  test.each([
    [' 7 ', ' 7 '],
    ['0x10', '0x10'],
    ['1e3', '1e3'],
    ['', ''],
    ['Infinity', 'Infinity'],
    ['1,234.5', '1,234.5'],
    ['007', '007'],
    ['+5', '+5'],
    ['.5', '.5'],
    ['١٢', '١٢'],
    ['0b1', '0b1'],
    ['9'.repeat(400), '9'.repeat(400)],
    ['1234.5', '1,234.5'],
    ['-1234', '-1,234'],
    ['9007199254740993', '9,007,199,254,740,993'],
    ['-0', '0'],
    [1234.5, '1,234.5'],
    [1e21, '1,000,000,000,000,000,000,000'],
    [-0.0004, '0'],
  ])('%j', (n, expected) => {
    expect(render('{{formatNumber n}}', { n })).toBe(expected);
    const amount = render('{{formatCurrency n "USD"}}', { n });
    if (expected === String(n)) expect(amount).toBe(n);
    else expect(amount).toContain('$');
  });

  test.each([
    ['{{gt a 5}} {{lt a 5}}', { a: ' 7 ' }, 'false false'],
    ['{{gt a 5}} {{lt a 5}}', { a: '0x10' }, 'false false'],
    ['{{gt a 5}}', { a: '10' }, 'true'],
    ['{{gt a b}} {{lt a b}}', { a: '9007199254740993', b: '9007199254740992' }, 'true false'],
    ['{{gt a 9007199254740992}}', { a: '9007199254740993' }, 'true'],
    ['{{lt a 1}}', { a: '0.5' }, 'true'],
    [
      '{{pluralize a "item"}} {{pluralize b "item"}} {{pluralize c "item"}}',
      { a: ' 1', b: '1', c: 1 },
      'items item item',
    ],
    ['{{formatNumber 1.5 decimals=d}}', { d: '0x2' }, '1.5'],
    ['{{truncate "abcdef" n}}|', { n: '0x3' }, '|'],
    ['{{formatCurrency 1234.5 c}}', { c: '€' }, '1,234.5 €'],
    ['{{formatCurrency 1234.567 c decimals=2}}', { c: '€' }, '1,234.57 €'],
    ['{{formatCurrency n "USD"}}', { n: '1.005' }, '$1.01'],
  ])('%s with %j', (source, data, expected) => {
    expect(render(source, data)).toBe(expected);
  });
});

describe('text is cut between characters', () => {
  const family = '👨‍👩‍👧';
  test.each([
    ['a family', family.repeat(3), `${family}…`],
    ['a flag', '🇩🇪🇫🇷🇮🇹', '🇩🇪…'],
    ['a skin tone', '👍🏽👍🏽👍🏽', '👍🏽…'],
    ['letters with marks', 'e\u0301e\u0301e\u0301', 'e\u0301…'],
    ['a keycap', '1️⃣2️⃣3️⃣', '1️⃣…'],
    ['Korean letters', '\u1112\u1161\u11ab'.repeat(3), '\u1112\u1161\u11ab…'],
    ['a Thai vowel over its letter', 'นำ\u0e49'.repeat(3), 'นำ\u0e49…'],
    ['a Lao vowel over its letter', 'ນ\u0eb3'.repeat(3), 'ນ\u0eb3…'],
    ['halfwidth katakana with their marks', 'ｶﾞﾊﾟｶﾞ', 'ｶﾞ…'],
    ['Hindi letters that are joined', 'क्षत्रक्ष', 'क्ष…'],
    ['three of them', 'स्त्रस्त्रस्त्र', 'स्त्र…'],
    ['those with a nukta and a joiner', 'ड़्\u200dग'.repeat(3), 'ड़्\u200dग…'],
    ['plain letters', 'abc', 'a…'],
  ])('%s', (_what, a, expected) => {
    expect(render('{{truncate a 2}}', { a })).toBe(expected);
    expect(render('{{truncate a 3}}', { a })).toBe(a);
  });

  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  test('as the segmenter of Unicode cuts it', () => {
    const pieces = [
      'a',
      'é',
      'e\u0301',
      '\u0308',
      '🎉',
      '👍🏽',
      family,
      '🇩🇪',
      '1️⃣',
      '\u200d',
      '中',
      'ко',
      '\u1112\u1161',
      '각',
      '한\u11ab',
      '❤️',
      '\r\n',
      '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
      '\u200c',
      ...'กำ\u0e49ລຳｶﾞﾟ',
      ...'कषि\u093c\u094dকড়\u09cdગૹ\u0acdଓକ\u0b4dఎక\u0c4dഎക\u0d4d',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), fc.nat(12), (parts, count) => {
        const text = parts.join('');
        const clusters = Array.from(segmenter.segment(text), ({ segment }) => segment);
        expect(firstClusters(text, count).normalize()).toBe(clusters.slice(0, count).join('').normalize());
      }),
    );
  });

  test.each([
    'प्रत्येक व्यक्ति को शिक्षा का अधिकार है। क्षत्रिय र्\u200dय क्\u200cष',
    'প্রত্যেক ব্যক্তির শিক্ষালাভের অধিকার আছে র\u200d্যাব',
    'દરેક વ્યક્તિને શિક્ષણનો અધિકાર છે, જ્ઞાન',
    'ପ୍ରତ୍ୟେକ ବ୍ୟକ୍ତିର ଶିକ୍ଷା ଲାଭର ଅଧିକାର',
    'ప్రతి ఒక్కరికీ విద్యాహక్కు, స్త్రీ',
    'ഓരോരുത്തർക്കും വിദ്യാഭ്യാസത്തിനുള്ള അവകാശം, സ്ത്രീ',
    'ਹਰ ਵਿਅਕਤੀ ਨੂੰ ਪ੍ਰਾਪਤ ஒவ்வொருவரும் ஸ்ரீ ಪ್ರತಿಯೊಬ್ಬರಿಗೂ',
    'ทุกคนมีสิทธิในการศึกษา น้ำ กำลังทำ',
    'ທຸກຄົນມີສິດໄດ້ຮັບການສຶກສາ ນໍ້າ ຄຳ',
    'ﾊﾟﾋﾟﾌﾟ ｶﾞｷﾞｸﾞ か\u3099は\u309a',
  ])('as it cuts %s', (text) => {
    const clusters = Array.from(segmenter.segment(text), ({ segment }) => segment);
    for (const count of clusters.keys()) {
      expect(firstClusters(text, count)).toBe(clusters.slice(0, count).join(''));
    }
  });

  test('at once, however many marks it has', () => {
    const marks = '\u094d'.repeat(500_000);
    expect(firstClusters(`क${marks}क${marks}a`, 1)).toBe(`क${marks}क${marks}`);
  });

  test('no helper leaves half of a surrogate pair', () => {
    const long = `x${'🎉'.repeat(40_000)}`;
    for (const name of ['upper', 'lower', 'join', 'truncate']) {
      const rendered = render(`{{${name} a ${name === 'truncate' ? 65535 : ''}}}`, {
        a: name === 'join' ? [long, long] : long,
      });
      expect(rendered.isWellFormed()).toBe(true);
    }
  });
});
