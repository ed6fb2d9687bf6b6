import { type Random, seededRandom } from '@postroom/servers';

/** The data of one item: the five variables of the template. */
export type Variables = Readonly<Record<'firstName' | 'company' | 'orderNumber' | 'total' | 'link', string>>;

/** Bytes of html that the template is made of. */
export const htmlBytes = 5 * 1024;

const head = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Your order {{orderNumber}}</title></head>
<body style="margin:0;padding:0;background:#f4f5f7;font-family:Helvetica,Arial,sans-serif">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
<h1 style="font-size:22px">Thank you, {{firstName}}</h1>
<p>{{company}} has received your order {{orderNumber}} over {{total}}.</p>
<p><a href="{{link}}" style="background:#2457d6;color:#ffffff;padding:12px 20px">See the order</a></p>
`;
const paragraph = `<p style="margin:0 0 16px 0;font-size:15px;line-height:24px;color:#3c4257">
We pack every order by hand and send it within two working days. You will hear from us when it leaves.</p>
`;
const tail = '</td></tr></table></body></html>\n';

/** A template of 5 KB of html with five variables, as an order confirmation has them. */
export const template = {
  subject: 'Your order {{orderNumber}} at {{company}}',
  html: makeHtml(),
} as const;

function makeHtml(): string {
  const room = htmlBytes - head.length - tail.length;
  const body = paragraph.repeat(Math.floor(room / paragraph.length));
  return `${head}${body}${' '.repeat(room - body.length)}${tail}`;
}

/** Makes the data of one email after the other; the same seed gives the same data. */
export function variablesFrom(seed: number): () => Variables {
  const random = seededRandom(seed);
  return () => {
    const order = digits(random, 8);
    return {
      firstName: pick(random, ['Ada', 'Grace', 'Zoë', 'Linus', 'Margaret', "D'Arcy"]),
      company: pick(random, ['Acme & Sons', 'Globex', 'Initech', 'Umbrella', 'Hooli']),
      orderNumber: `A-${order}`,
      total: `${digits(random, 3)}.${digits(random, 2)} EUR`,
      link: `https://shop.example.com/orders/${order}?ref=mail&v=${digits(random, 6)}`,
    };
  };
}

function pick(random: Random, from: readonly string[]): string {
  return from[Math.floor(random() * from.length)] ?? '';
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
}
