const colors = `
:root {
  color-scheme: light dark;
  --ink: #1d2125; --quiet: #5a636d; --paper: #fcfcfa; --panel: #f3f3ef; --line: #dddcd5; --link: #0b5394;
  --focus: #b3500b; --code: #f0efe9; --required: #a12b1c;
  --get: #0a5f78; --post: #22662c; --patch: #835000; --put: #6a3a94; --delete: #a12b1c;
  --key: #0b5394; --text: #22662c; --number: #835000; --word: #6a3a94;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e3dd; --quiet: #a3a8ae; --paper: #15181b; --panel: #1d2125; --line: #343a40; --link: #8bbdf0;
    --focus: #f0a35e; --code: #22272b; --required: #f0978b;
    --get: #74c3dc; --post: #8ecf95; --patch: #e0b35f; --put: #c9a3ea; --delete: #f0978b;
    --key: #8bbdf0; --text: #8ecf95; --number: #e0b35f; --word: #c9a3ea;
  }
}`;

const text = `
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
h1, h2, h3, h4, h5 { line-height: 1.25; margin: 2rem 0 .6rem; text-wrap: balance; }
h1 { font-size: 2rem; margin-top: 0; letter-spacing: -.02em; }
h2 { font-size: 1.6rem; letter-spacing: -.015em; }
h3 { font-size: 1.2rem; }
h4 { font-size: 1rem; margin-bottom: .3rem; }
h5 { font-size: .95rem; margin: 1.4rem 0 .3rem; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
p, ul, dl, table, pre { margin: .5rem 0; }
.lead { font-size: 1.15rem; color: var(--quiet); }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; font-size: .875em; }
:not(pre) > code { background: var(--code); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; line-height: 1.5; }
.aside { color: var(--quiet); font-size: .875rem; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); margin: 0; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; z-index: 2; background: var(--paper); padding: .6rem 1rem; }`;

const layout = `
header { padding: 1rem; border-bottom: 1px solid var(--line); }
.brand { margin: 0 0 .5rem; font-size: 1.1rem; }
.brand a { color: inherit; font-weight: 700; text-decoration: none; }
.version { color: var(--quiet); font-size: .85rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav > ul { display: flex; flex-wrap: wrap; gap: .15rem 1rem; }
nav > ul > li > a { display: inline-block; padding: .2rem 0; font-weight: 600; }
nav ul ul { display: none; }
main { padding: 1.5rem 1rem 6rem; max-width: 92rem; min-width: 0; }
main > section { border-top: 1px solid var(--line); margin-top: 3rem; }
article { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: .1rem; }
article:target > h3 { text-decoration: underline; text-decoration-color: var(--focus); text-decoration-thickness: 3px; }
#guide > p, #guide > pre, .says > p, section > p { max-width: 46rem; }
.overview { list-style: none; padding: 0; }
.overview a { display: flex; align-items: baseline; gap: .6rem; padding: .3rem 0; text-decoration: none; }
@media (min-width: 62rem) {
  body { display: grid; grid-template-columns: 18.5rem minmax(0, 1fr); }
  header { position: sticky; top: 0; height: 100vh; overflow-y: auto; border: 0; border-right: 1px solid var(--line); background: var(--panel); padding: 1.2rem; }
  nav > ul { display: block; }
  nav > ul > li { margin-top: .8rem; }
  nav ul ul { display: block; }
  nav ul ul a { display: flex; align-items: baseline; gap: .5rem; padding: .16rem 0; font-size: .875rem; color: var(--ink); }
  .overview { display: none; }
  main { padding: 2rem 2.5rem 6rem; }
}
@media (min-width: 86rem) {
  .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 34rem); gap: 2.5rem; align-items: start; }
  .examples { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; }
}`;

const parts = `
.route { display: flex; flex-wrap: wrap; gap: .4rem .7rem; align-items: baseline; }
.route .path { font-weight: 600; }
.scope { color: var(--quiet); font-size: .875rem; }
.method { font: 700 .7rem/1.5 ui-monospace, Menlo, Consolas, monospace; flex: none; min-width: 3.7em; }
.route .method { font-size: .875rem; min-width: 0; }
.get { color: var(--get); } .post { color: var(--post); } .patch { color: var(--patch); } .put { color: var(--put); } .delete { color: var(--delete); }
table { border-collapse: collapse; width: 100%; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
thead th { color: var(--quiet); font-size: .8rem; }
.fields th[scope=row] { width: 30%; }
.fields th code { background: none; padding: 0; font-weight: 600; overflow-wrap: anywhere; }
.within { color: var(--quiet); font-weight: 400; }
.fields .type { width: 22%; font-size: .875rem; }
.demand { display: block; color: var(--quiet); }
.fields td { font-size: .9375rem; }
.fields td p { margin: 0; }
.required, .optional { font-size: .8rem; }
.required { color: var(--required); }
.optional { color: var(--quiet); }
.scroll { overflow-x: auto; max-width: 60rem; }
.status { font: 700 .875rem ui-monospace, Menlo, Consolas, monospace; color: var(--post); }
.status.bad { color: var(--required); }
.answers { list-style: none; padding: 0; }
.errors summary, .example summary { cursor: pointer; padding: .3rem 0; }
.errors summary { font-size: .875rem; }
.error-code { display: inline-block; margin-right: .8rem; }
.errors dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; font-size: .9rem; }
.errors dd, .errors dd p { margin: 0; }
.example summary { font-weight: 600; font-size: .9rem; }
.what { font-weight: 400; color: var(--quiet); }
.code { position: relative; }
.code pre { max-height: 32rem; overflow: auto; margin-top: .1rem; font-size: .9em; }
.example summary { padding-right: 5rem; }
.copy { position: absolute; bottom: calc(100% + .1rem); right: 0; font: inherit; font-size: .8rem; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; padding: .15rem .6rem; cursor: pointer; }
.key { color: var(--key); } .text { color: var(--text); } .number { color: var(--number); } .word { color: var(--word); }`;

const narrow = `
@media (max-width: 44rem) {
  .fields, .fields tbody, .fields tr, .fields th[scope=row], .fields td, .fields .type { display: block; width: auto; }
  .fields thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .fields tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
  .fields th, .fields td { border: 0; padding: 0; }
  .fields .type { margin: .1rem 0; }
  .demand { display: inline; margin-left: .6rem; }
  .demand::before { content: '· '; }
}`;

const print = `
@media print {
  :root { font-size: 10pt; }
  body { display: block; }
  header, .copy, .skip { display: none; }
  .columns { display: block; }
  .examples { position: static; max-height: none; overflow: visible; }
  .code pre { max-height: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  details:not([open]) > :not(summary) { display: block; }
  .errors:not([open]) > dl { display: grid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  tr, pre, h3, h4 { break-inside: avoid; }
  h2, h3, h4, h5 { break-after: avoid; }
}`;

/** The page's style. */
export const style = [colors, text, layout, parts, narrow, print].join('\n');
