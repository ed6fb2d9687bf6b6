import { expect, test } from '@jest/globals';
import { checkTemplate } from './check-template.ts';

function problemOf(html: string): string {
  const outcome = checkTemplate({ subject: 'S', html, text: null });
  return outcome.kind === 'ok' ? 'ok' : `${outcome.line}:${outcome.column} ${outcome.reason}`;
}

test.each([
  [
    '{{formatDate d timeZone="Europe/Pariss"}}',
    '1:25 `Europe/Pariss` is no time zone such as `Europe/Paris`',
  ],
  ['{{formatDate d timeZone="+05:30"}}', '1:25 `+05:30` is no time zone such as `Europe/Paris`'],
  ['{{formatDate d timeZone=""}}', '1:25 `` is no time zone such as `Europe/Paris`'],
  ['{{formatDate d timeZone=5}}', '1:25 `5` is no time zone such as `Europe/Paris`'],
  [
    '{{formatDate d locale="de_DE"}}',
    '1:23 `de_DE` is no locale such as `de` or `pt-BR`; did you mean `de-DE`?',
  ],
  ['{{formatNumber n locale="xx"}}', '1:25 `xx` is no locale such as `de` or `pt-BR`'],
  ['{{formatCurrency n "EUR" locale="german"}}', '1:33 `german` is no locale such as `de` or `pt-BR`'],
  ['a\n{{formatDate d "dd.mm"}}', '2:15 `dd.mm` is none of full, long, medium, short, iso'],
  ['{{formatDate d format="LONG"}}', '1:23 `LONG` is none of full, long, medium, short, iso'],
  ['{{formatDate d time="HH:mm"}}', '1:21 `HH:mm` is none of full, long, medium, short'],
  ['{{formatDate d "short" time="iso"}}', '1:29 `iso` is none of full, long, medium, short'],
  ['{{formatCurrency 1234.5 "€"}}', '1:24 `€` is no currency of ISO 4217 such as `EUR`'],
  ['{{formatCurrency n "EURO"}}', '1:19 `EURO` is no currency of ISO 4217 such as `EUR`'],
  ['{{formatCurrency n "ABC"}}', '1:19 `ABC` is no currency of ISO 4217 such as `EUR`'],
  ['{{formatNumber n decimals="two"}}', '1:27 `two` is no whole number from 0 to 20'],
  ['{{formatNumber n decimals=2.5}}', '1:27 `2.5` is no whole number from 0 to 20'],
  ['{{formatNumber n decimals=-1}}', '1:27 `-1` is no whole number from 0 to 20'],
  ['{{formatNumber n decimals=true}}', '1:27 `true` is no whole number from 0 to 20'],
  ['{{truncate a "x"}}', '1:13 `x` is no whole number from 0 to 1048576'],
  ['{{#if (eq (formatDate d "x") "y")}}{{/if}}', '1:24 `x` is none of full, long, medium, short, iso'],
])('a literal that would be taken for nothing said is refused where it stands: %s', (html, problem) => {
  expect(problemOf(html.trim())).toContain(problem.replace(/^\d+:\d+ /, ''));
  const [, line, column] = /^(\d+):(\d+)/.exec(problemOf(html)) ?? [];
  const lines = html.split('\n');
  expect(lines[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^["\d-]|^true/);
});

test.each([
  '{{formatDate d "iso" timeZone="UTC" locale="de-AT"}}{{formatDate d "full" time="medium" timeZone="America/Argentina/Buenos_Aires"}}',
  '{{formatDate d format=style timeZone=zone locale=user.locale}}{{formatDate d timeZone=null locale=undefined}}',
  '{{formatDate "Order 12"}}{{formatNumber "a lot" decimals="2"}}{{formatCurrency n "eur"}}{{formatCurrency n code}}',
  '{{formatCurrency n "VED"}}{{formatCurrency n "CHE"}}{{formatCurrency n "JPY" decimals=0 locale="ar-u-nu-latn"}}',
  '{{truncate a 0}}{{truncate a "80" ellipsis=""}}{{truncate a length}}{{pluralize "x" "item"}}',
])('what there is, and what only the data knows, is accepted: %s', (html) => {
  expect(problemOf(html)).toBe('ok');
});
