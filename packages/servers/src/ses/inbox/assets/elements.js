export const byId = (id) => document.getElementById(id);

/** Makes an element; text is always set as text, so that nothing of a message can become markup. */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function nameOf(address) {
  const name = /^"?(.*?)"?\s*<(.*)>$/.exec(address);
  return name?.[1] || name?.[2] || address;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const calendar = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
export const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export function timeOf(at) {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  return element(
    'time',
    { dateTime: date.toISOString(), title: full.format(date) },
    isToday ? clock.format(date) : calendar.format(date),
  );
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function sizeOf(bytes) {
  return bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1024 * 1024
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
