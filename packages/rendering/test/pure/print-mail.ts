import { createRenderer } from '../../src/index.ts';

/** Calls of every helper whose answer could hang on the zone or the language of the machine. */
const html = `
{{#each dates}}
{{formatDate this}} {{formatDate this "full" time="full"}} {{formatDate this "short" time="short" locale="de"}}
{{formatDate this "medium" time="long" timeZone="America/St_Johns"}} {{formatDate this "iso"}}
{{formatDate this locale="xx"}} {{formatDate this locale=@root.odd timeZone=@root.odd}} {{formatDate this format=@root.odd}}
{{/each}}
{{#each numbers}}
{{formatNumber this}} {{formatNumber this locale="xx"}} {{formatNumber this decimals=2 locale=@root.odd}}
{{formatCurrency this "EUR"}} {{formatCurrency this "EUR" locale="und"}} {{formatCurrency this @root.odd}}
{{/each}}
{{upper text}} {{lower text}} {{truncate text 9}} {{#if (gt "ä" "z")}}after{{/if}} {{#if (lt "I" "ı")}}before{{/if}}
{{#each object}}{{@key}}{{/each}}`;

const context = {
  dates: [
    '2026-03-01',
    '2026-03-01T23:30:00',
    '2026-03-01T23:30:00Z',
    '2026-03-29T02:30:00',
    '2026-11-01T01:30:00-04:00',
    '2026-03',
    '2026',
    'Order 12',
    '03/04/2026',
    '24 Dec',
    1_767_225_600_000,
  ],
  numbers: [1234567.891, '1234567.891', '1.234,5', -5],
  odd: 'tlh',
  text: 'Iıİi Straße ÀÉ ǅ',
  object: { b: 1, ä: 1, a: 1, Z: 1 },
};

// A renderer keeps nobody running that has nothing else to do.
const running = setInterval(() => {}, 60_000);
const renderer = createRenderer({ processes: 1 });
for (const [id, extra] of [
  ['inline', {}],
  // So much that it is left to a process.
  ['process', { ballast: 'x'.repeat(50_000) }],
] as const) {
  const snapshot = { id, kind: 'template', subject: 'S', html, text: null } as const;
  const outcome = await renderer.render(
    snapshot,
    { ...context, ...extra },
    { workspaceId: 'w', waitMs: 30_000 },
  );
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
await renderer.close();
clearInterval(running);
