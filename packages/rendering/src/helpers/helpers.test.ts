import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTemplateCompiler } from '../template/compile-template.ts';
import { createHelperTable, helperNames } from './helpers.ts';

const compiler = createTemplateCompiler({ maxOutputBytes: 1_000_000 });

function render(source: string, data: unknown = {}): string {
  return compiler.compilePart('text', source)(data);
}

describe('helpers', () => {
  test.each([
    ['{{default a "there"}}|{{default b "there"}}|{{default c "there"}}', { b: '', c: 0 }, 'there|there|0'],
    ['{{upper a}} {{lower a}}', { a: 'Straße É' }, 'STRASSE É straße é'],
    ['{{#if (eq a 1)}}y{{else}}n{{/if}}{{#if (eq a "1")}}y{{else}}n{{/if}}', { a: 1 }, 'yn'],
    ['{{ne a 1}} {{ne a 2}}', { a: 1 }, 'false true'],
    ['{{gt a 9}} {{lt a 9}} {{gt "b" "a"}} {{lt x 1}}', { a: '10' }, 'true false true false'],
    ['{{and a b}} {{and b a}} {{and a c}}', { a: 1, b: 0, c: 2 }, '0 0 2'],
    ['{{and n a}}|{{or n a}}|{{or n z}}', { n: null, a: 1, z: 0 }, '|1|0'],
    ['{{#if (not list)}}none{{/if}}', { list: [] }, 'none'],
    ['{{join a}} {{join a "-"}} {{join b}}{{join c}}', { a: [1, 'x', null], c: {} }, '1, x,  1-x- '],
    [
      '{{truncate a 4}} {{truncate a 4 ellipsis="..."}} {{truncate a 9}}',
      { a: 'abcdefg' },
      'abc… a... abcdefg',
    ],
    ['{{truncate a 3}} {{truncate a 0}}{{truncate a "x"}}', { a: '🎉🎉🎉🎉' }, '🎉🎉… '],
    [
      '{{pluralize 1 "item"}} {{pluralize 2 "item"}} {{pluralize n "child" "children"}}',
      { n: 0 },
      'item items children',
    ],
    ['{{urlEncode a}}', { a: 'a b&c=é/\ud800' }, 'a%20b%26c%3D%C3%A9%2F%EF%BF%BD'],
    ['{{lookup a "k"}} {{lookup b 1}}', { a: { k: 'v' }, b: ['x', 'y'] }, 'v y'],
  ])('%s', (source, data, expected) => {
    expect(render(source, data)).toBe(expected);
  });

  test('an empty data set leaves nothing and breaks nothing', () => {
    const source = '{{upper a}}{{join a}}{{truncate a 5}}{{urlEncode a}}{{formatDate a}}{{formatNumber a}}';
    expect(render(source)).toBe('');
  });
});

describe('formatting', () => {
  test.each([
    ['{{formatDate d}}', 'March 9, 2025'],
    ['{{formatDate d "short"}}', '3/9/25'],
    ['{{formatDate d format="medium" locale="de"}}', '09.03.2025'],
    ['{{formatDate d "iso"}}', '2025-03-09T23:30:00.000Z'],
    ['{{formatDate d timeZone="Asia/Tokyo"}}', 'March 10, 2025'],
    ['{{formatDate day timeZone="America/New_York"}} {{formatDate day "iso"}}', 'March 9, 2025 2025-03-09'],
    ['{{formatDate ms "iso"}}', '1970-01-01T00:00:00.000Z'],
    ['{{formatDate d locale="nonsense!" timeZone="Mars/Olympus"}}', 'March 9, 2025'],
    ['{{formatDate odd}}', 'next week'],
    ['{{formatNumber n}} {{formatNumber n decimals=1 locale="de"}}', '1,234.5 1.234,5'],
    ['{{formatNumber odd}}', 'next week'],
    ['{{formatCurrency n "EUR"}} {{formatCurrency n "JPY"}}', '€1,234.50 ¥1,235'],
    ['{{formatCurrency n "nonsense"}}', '1,234.5 nonsense'],
  ])('%s', (source, expected) => {
    const data = { d: '2025-03-09T23:30:00Z', day: '2025-03-09', ms: 0, odd: 'next week', n: 1234.5 };
    expect(render(source, data)).toBe(expected);
  });

  test.each([
    ['{{formatCurrency n x}}', '€', '1,234.5 €'],
    ['{{formatCurrency n x}}', 'EURO', '1,234.5 EURO'],
    ['{{formatCurrency n x decimals=2 locale="de"}}', 'Euro', '1.234,50 Euro'],
    ['{{formatCurrency n x}}', ' eur ', '€1,234.50'],
    ['{{formatCurrency n x}}', null, '1,234.5'],
    ['{{formatCurrency n x}}', 978, '1,234.5'],
    ['{{formatCurrency n x}}', '978', '1,234.5'],
    ['{{formatCurrency n x}}', true, '1,234.5'],
    ['{{formatCurrency odd x}}', '€', 'next week'],
    ['{{formatCurrency n "EUR" locale=x}}', 'de_DE', '1.234,50 €'],
    ['{{formatNumber n locale=x}}', 'de_DE', '1.234,5'],
    ['{{formatNumber n locale=x}}', 'deutsch, bitte', '1,234.5'],
    ['{{formatDate d "medium" locale=x}}', 'de_DE', '09.03.2025'],
    ['{{formatDate d "medium" time="short" timeZone=x}}', 'Europe/Pariss', 'Mar 9, 2025, 11:30 PM UTC'],
    ['{{formatDate d "medium" time="short" timeZone=x}}', '+01:00', 'Mar 9, 2025, 11:30 PM UTC'],
    ['{{formatDate d "medium" time="long" timeZone=x}}', 'Europe/Pariss', 'Mar 9, 2025, 11:30:00 PM UTC'],
    ['{{formatDate d "medium" time="short" timeZone=x}}', null, 'Mar 9, 2025, 11:30 PM'],
    ['{{formatDate local "medium" time="short" timeZone=x}}', 'Europe/Pariss', 'Mar 9, 2025, 11:30 PM'],
    ['{{formatDate d timeZone=x}}', 'Europe/Pariss', 'March 9, 2025'],
    ['{{formatDate d x}}', 'SHORT', '3/9/25'],
    ['{{formatDate d x}}', 'ISO', '2025-03-09T23:30:00.000Z'],
    ['{{formatDate d x}}', 'tiny', 'March 9, 2025'],
    ['{{formatDate d "short" time=x}}', 'Short', '3/9/25, 11:30 PM'],
  ])('%s of the data %j loses nothing that was meant', (source, x, expected) => {
    const data = { x, d: '2025-03-09T23:30:00Z', local: '2025-03-09T23:30:00', odd: 'next week', n: 1234.5 };
    expect(render(source, data).replace(/\s/g, ' ')).toBe(expected);
  });

  test('the time of day is added when asked for', () => {
    const text = render('{{formatDate d "medium" time="short" timeZone="Europe/Paris"}}', {
      d: '2025-03-09T23:30:00Z',
    });
    expect(text.replace(/\s/g, ' ')).toBe('Mar 10, 2025, 12:30 AM');
  });
});

test('no helper throws, whatever JSON it gets', () => {
  const specs = [...createHelperTable()].flatMap(([, spec]) =>
    spec.run === null ? [] : [{ ...spec, run: spec.run }],
  );
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { maxLength: 3 }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (values, odd) => {
        for (const { run, options } of specs) {
          const hash = Object.fromEntries(options.map((name, index) => [name, values[index]]));
          run(values, { ...odd, ...hash });
        }
      },
    ),
  );
});

test('every helper is documented with an example that compiles', () => {
  for (const { name, description } of helperNames) {
    const [example] = /\{\{.*\}\}/.exec(description) ?? [];
    const source = example ?? `{{#if (${name} a b)}}x{{/if}}`;
    expect(() =>
      compiler.precompilePart('html', source.replace(/\}\}$/, '}}').concat(closing(source))),
    ).not.toThrow();
  }
});

/** Some examples show only how a block opens. */
function closing(source: string): string {
  return source.includes('{{#if') && !source.includes('{{/if') ? '{{/if}}' : '';
}
