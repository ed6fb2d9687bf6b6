import { maxHelperCharacters } from '../limits.ts';
import { asCount, asNumber, asText } from './as-text.ts';
import { countClusters, firstClusters } from './clusters.ts';
import { checkCount } from './formats.ts';
import { type HelperSpec, valueHelper } from './spec.ts';

const loneSurrogate = /\p{Surrogate}/gu;

/** Helpers that make text from text. */
export const textHelpers: Readonly<Record<string, HelperSpec>> = {
  upper: valueHelper({
    minArguments: 1,
    maxArguments: 1,
    description: 'In capitals: {{upper code}}',
    run: ([value]) => asText(value).toUpperCase(),
  }),
  lower: valueHelper({
    minArguments: 1,
    maxArguments: 1,
    description: 'In small letters: {{lower code}}',
    run: ([value]) => asText(value).toLowerCase(),
  }),
  join: valueHelper({
    minArguments: 1,
    maxArguments: 2,
    weight: 20,
    description:
      'The texts and numbers of a list, with ", " or another separator between them: {{join tags " / "}}',
    run: ([list, separator]) => (Array.isArray(list) ? join(list, asText(separator ?? ', ')) : asText(list)),
  }),
  truncate: valueHelper({
    minArguments: 2,
    maxArguments: 2,
    options: ['ellipsis'],
    literals: { arguments: [null, checkCount(maxHelperCharacters)] },
    weight: 60,
    description:
      'At most so many characters, the ellipsis among them: {{truncate summary 80 ellipsis="..."}}',
    run: ([value, length], { ellipsis }) =>
      truncate(
        asText(value),
        asCount(length, { min: 0, max: Number.MAX_SAFE_INTEGER, fallback: 0 }),
        ellipsis,
      ),
  }),
  pluralize: valueHelper({
    minArguments: 2,
    maxArguments: 3,
    description:
      'The first word if the number is 1, else the second or the first with an s: {{pluralize n "item"}}',
    run: ([count, one, many]) => {
      if (asNumber(count) === 1) return asText(one);
      return many === undefined ? `${asText(one)}s` : asText(many);
    },
  }),
  urlEncode: valueHelper({
    minArguments: 1,
    maxArguments: 1,
    description: 'As part of a query or path: https://example.com/?q={{urlEncode term}}',
    run: ([value]) => encodeURIComponent(asText(value).replace(loneSurrogate, '\ufffd')),
  }),
};

/** Ends once it is too long to be returned, since a separator may be as long as the data. */
function join(list: readonly unknown[], separator: string): string {
  let joined = '';
  for (const [index, item] of list.entries()) {
    joined += index === 0 ? asText(item) : separator + asText(item);
    if (joined.length > maxHelperCharacters) break;
  }
  return joined;
}

/** Counts what readers take for one character, so that none is cut in two. */
function truncate(text: string, length: number, ellipsis: unknown): string {
  if (firstClusters(text, length) === text) return text;
  const mark = firstClusters(asText(ellipsis ?? '…'), length);
  return firstClusters(text, length - countClusters(mark)) + mark;
}
