/** The longest address that is tracked, in characters: what stands in its place is longer still, and has to fit a request. */
const maxCharacters = 2_048;

/** What a template left standing, of Handlebars and of what others merge in later. */
const leftover = /\{\{|\}\}|\{%|<%|\*\||\[\[/;

const spaces = '\t\n\f\r ';

/** Without space at both ends. A regular expression for the end would begin anew at each of many spaces within. */
function trimmed(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && spaces.includes(value.charAt(start))) start += 1;
  while (end > start && spaces.includes(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

/**
 * The address that a link leads to, if it is one that can be tracked: of the web, whole, and nothing of a template's. Reads
 * the value as browsers do (URL standard, section 4.4: space at both ends and line breaks within are dropped).
 */
export function trackableUrl(value: string): string | null {
  const url = trimmed(value).replace(/[\t\n\r]/g, '');
  const isTrackable =
    /^https?:\/\//i.test(url) && url.length <= maxCharacters && !leftover.test(url) && URL.canParse(url);
  return isTrackable ? url : null;
}
