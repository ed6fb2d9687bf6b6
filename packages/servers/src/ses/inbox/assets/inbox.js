import { byId, element, nameOf, setText, timeOf } from './elements.js';
import { messageNodes } from './reader.js';

const pageSize = 50;
const refreshEveryMs = 2000;

const panes = byId('panes');
const list = byId('messages');
const reader = byId('reader');
const search = byId('search');
const rows = new Map();
const state = { offset: 0, total: 0, to: '', open: null, shown: '' };

function filesOf({ attachments }) {
  if (attachments === 0) return [];
  return [element('span', { className: 'files' }, attachments === 1 ? '1 file' : `${attachments} files`)];
}

function rowOf(item) {
  const others = item.to.length > 1 ? ` +${item.to.length - 1}` : '';
  const link = element(
    'a',
    { className: 'row', href: `#/${item.seq}` },
    element('span', { className: 'to' }, `${nameOf(item.from)} → ${nameOf(item.to[0] ?? '')}${others}`),
    element('span', { className: 'when' }, ...filesOf(item), timeOf(item.at)),
    element('span', { className: 'subject' }, item.subject || '(no subject)'),
    element('span', { className: 'preview' }, item.preview),
  );
  return element('li', {}, link);
}

/** Touches only rows that came or went: what is focused, hovered or scrolled to stays as it is. */
function showRows(items) {
  const wanted = items.map((item) => item.seq);
  for (const [seq, row] of rows) {
    if (wanted.includes(seq)) continue;
    row.remove();
    rows.delete(seq);
  }
  let previous = null;
  for (const item of items) {
    const row = rows.get(item.seq) ?? rowOf(item);
    rows.set(item.seq, row);
    const next = previous === null ? list.firstChild : previous.nextSibling;
    if (row !== next) list.insertBefore(row, next);
    previous = row;
  }
  markOpenRow();
}

function markOpenRow() {
  for (const [seq, row] of rows) {
    if (seq === state.open) row.firstChild.setAttribute('aria-current', 'true');
    else row.firstChild.removeAttribute('aria-current');
  }
}

function showEmpty() {
  const empty = byId('empty');
  empty.hidden = state.total > 0;
  if (state.total > 0) return;
  if (state.to !== '') {
    empty.replaceChildren(
      element('h2', {}, 'No match'),
      `No message went to an address with “${state.to}” in it.`,
    );
    return;
  }
  empty.replaceChildren(
    element('h2', {}, 'No messages yet'),
    'Send an email through Postroom and it shows up here by itself. Any AWS client can use this server as Amazon SES:',
    element('code', {}, `AWS_ENDPOINT_URL_SESV2=${location.origin}`),
  );
}

function showPaging() {
  byId('paging').hidden = state.total <= pageSize;
  byId('newer').disabled = state.offset === 0;
  byId('older').disabled = state.offset + pageSize >= state.total;
  const last = Math.min(state.offset + pageSize, state.total);
  byId('range').textContent = `${state.offset + 1}–${last} of ${state.total.toLocaleString()}`;
}

async function refresh() {
  const query = new URLSearchParams({ offset: state.offset, limit: pageSize, to: state.to });
  const asked = query.toString();
  const status = byId('status');
  const answer = await fetch(`/_fake/inbox?${query}`)
    .then((response) => response.text())
    .catch(() => null);
  status.classList.toggle('is-away', answer === null);
  if (answer === null) {
    setText(status, 'Not reachable, trying again');
    return;
  }
  if (asked !== new URLSearchParams({ offset: state.offset, limit: pageSize, to: state.to }).toString())
    return;
  const key = asked + answer;
  const data = JSON.parse(answer);
  setText(status, `${data.accepted.toLocaleString()} accepted`);
  if (key === state.shown) return;
  state.shown = key;
  state.total = data.total;
  showRows(data.items);
  showEmpty();
  showPaging();
  showPlaceholder();
}

function showPlaceholder() {
  if (state.open !== null) return;
  const words = state.total === 0 ? '' : 'Choose a message to read it.';
  reader.replaceChildren(element('div', { className: 'empty' }, words));
}

async function openFromAddress() {
  const seq = Number(/^#\/(\d+)$/.exec(location.hash)?.[1]) || null;
  state.open = seq;
  panes.classList.toggle('is-reading', seq !== null);
  markOpenRow();
  if (seq === null) {
    document.title = 'Inbox';
    showPlaceholder();
    return;
  }
  const response = await fetch(`/_fake/inbox/${seq}`).catch(() => null);
  if (state.open !== seq) return;
  if (!response?.ok) {
    reader.replaceChildren(
      element(
        'div',
        { className: 'empty' },
        element('h2', {}, 'Not here'),
        'This message is not kept any more.',
      ),
    );
    return;
  }
  const message = await response.json();
  if (state.open !== seq) return;
  const back = element('button', { type: 'button', className: 'back' }, '← All messages');
  back.addEventListener('click', () => {
    location.hash = '';
  });
  document.title = `${message.subject || '(no subject)'} · Inbox`;
  reader.replaceChildren(...messageNodes(message, back));
  reader.scrollTop = 0;
}

function turnTo(offset) {
  state.offset = Math.max(0, offset);
  list.scrollTop = 0;
  void refresh();
}

/** Opens the message above (-1) or below (+1) the open one. */
function step(by) {
  const links = [...list.querySelectorAll('a')];
  const current = links.findIndex((link) => link.getAttribute('aria-current') === 'true');
  const next = links[current === -1 ? 0 : current + by];
  if (next === undefined) return;
  next.focus();
  next.click();
}

search.addEventListener('input', () => {
  state.to = search.value.trim();
  turnTo(0);
});
byId('search-form').addEventListener('submit', (event) => event.preventDefault());
byId('newer').addEventListener('click', () => turnTo(state.offset - pageSize));
byId('older').addEventListener('click', () => turnTo(state.offset + pageSize));
window.addEventListener('hashchange', () => void openFromAddress());
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === search) {
    if (event.key === 'Escape') search.blur();
    return;
  }
  const moves = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
  const isArrow = event.key.startsWith('Arrow');
  // Arrows scroll what is being read; in the list they move.
  if (event.key in moves && (!isArrow || list.contains(event.target))) {
    event.preventDefault();
    step(moves[event.key]);
  } else if (event.key === '/') {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape') location.hash = '';
});

async function keepFresh() {
  if (!document.hidden) await refresh();
  setTimeout(() => void keepFresh(), refreshEveryMs);
}
document.addEventListener('visibilitychange', () => void refresh());

await openFromAddress();
await keepFresh();
