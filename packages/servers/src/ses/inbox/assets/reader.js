import { element, full, sizeOf } from './elements.js';

// The kind of view that was looked at last is shown first for the next message too.
let chosenTab = null;

function table(title, pairs) {
  const body = element(
    'tbody',
    {},
    ...pairs.map(([name, value]) =>
      element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)),
    ),
  );
  return element('table', {}, element('caption', {}, title), body);
}

function frameOf(message) {
  const source = (images) => `/_fake/inbox/${message.seq}/html${images ? '?images=1' : ''}`;
  const frame = element('iframe', { title: 'The message as its reader sees it', src: source(false) });
  frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
  return {
    frame,
    loadImages: () => {
      frame.src = source(true);
    },
  };
}

/** The ways to look at a message; each makes its content when it is first shown. */
function viewsOf(message) {
  const { frame, loadImages } = frameOf(message);
  const tags = Object.entries(message.tags);
  const headers = message.headers.map(({ name, value }) => [name, value]);
  const ids = [
    ['Message id', message.messageId],
    ['Configuration set', message.configurationSet ?? '(none)'],
    ['Ledger number', String(message.seq)],
  ];
  if (message.fault) ids.push(['Fault that struck', message.fault]);
  const views = [];
  if (message.html !== null) views.push({ name: 'HTML', make: () => frame, loadImages });
  if (message.text !== null) views.push({ name: 'Text', make: () => element('pre', {}, message.text) });
  views.push({
    name: 'Headers',
    make: () =>
      element(
        'div',
        {},
        table('Message', ids),
        table(`Tags (${tags.length})`, tags),
        table(`Headers (${headers.length})`, headers),
      ),
  });
  views.push({ name: 'Raw', make: () => element('pre', {}, JSON.stringify(message, null, 2)) });
  return views;
}

function tabsOf(message) {
  const panel = element('div', { className: 'panel', id: 'panel', role: 'tabpanel', tabIndex: 0 });
  const images = element('button', { type: 'button', className: 'images' }, 'Load remote images');
  const views = viewsOf(message);
  const tabs = views.map((view, index) => {
    const tab = element('button', { type: 'button', role: 'tab', id: `tab-${index}` }, view.name);
    tab.setAttribute('aria-controls', 'panel');
    tab.addEventListener('click', () => choose(index));
    return tab;
  });
  const choose = (index) => {
    chosenTab = views[index].name;
    for (const [number, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(number === index));
      tab.tabIndex = number === index ? 0 : -1;
    }
    panel.setAttribute('aria-labelledby', `tab-${index}`);
    panel.replaceChildren(views[index].make());
    images.hidden = views[index].loadImages === undefined || !/<img|url\(/i.test(message.html ?? '');
    images.disabled = false;
  };
  images.addEventListener('click', () => {
    views[0].loadImages();
    images.disabled = true;
  });
  const bar = element('div', { className: 'tabs', role: 'tablist' }, ...tabs, images);
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const current = tabs.indexOf(document.activeElement);
    if (step === undefined || current === -1) return;
    const next = (current + step + tabs.length) % tabs.length;
    choose(next);
    tabs[next].focus();
  });
  choose(
    Math.max(
      0,
      views.findIndex((view) => view.name === chosenTab),
    ),
  );
  return { bar, panel };
}

function factsOf(message) {
  const facts = [
    ['From', message.from],
    ['To', message.to.join(', ')],
  ];
  if (message.cc.length > 0) facts.push(['Cc', message.cc.join(', ')]);
  if (message.bcc.length > 0) facts.push(['Bcc', message.bcc.join(', ')]);
  if (message.replyTo.length > 0) facts.push(['Reply to', message.replyTo.join(', ')]);
  facts.push(['Time', full.format(new Date(message.at))]);
  const nodes = facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  if (message.attachments.length > 0) {
    const links = message.attachments.map((attachment, index) =>
      element(
        'a',
        { href: `/_fake/inbox/${message.seq}/attachments/${index}` },
        `${attachment.filename || 'unnamed'} (${sizeOf(attachment.sizeBytes)})`,
      ),
    );
    nodes.push(element('dt', {}, 'Attached'), element('dd', {}, ...links));
  }
  return element('dl', { className: 'facts' }, ...nodes);
}

/** What fills the reading pane: the message's facts, and the ways to look at it. */
export function messageNodes(message, back) {
  const { bar, panel } = tabsOf(message);
  const subject = element('h2', {}, message.subject || '(no subject)');
  return [element('div', { className: 'head' }, back, subject, factsOf(message), bar), panel];
}
