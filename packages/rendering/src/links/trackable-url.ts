/** The longest address that is tracked, in characters: what stands in its place is longer still, and has to fit a request. */
const maxCharacters = 2_048;

/** What a template left standing, of Handlebars and of what others merge in later. */
const leftover = /\{\{|\}\}|\{%|<%|\*\||\[\[/;

/** Most addresses have none. */
const space = /[\t\n\f\r ]/;

/**
 * The address that a link leads to, if it is one that can be tracked: of the web, whole, and nothing of a template's. Reads
 * the value as browsers do (URL standard, section 4.4: space at both ends and line breaks within are dropped).
 */
export function trackableUrl(value: string): string | null {
  const url = space.test(value)
    ? value.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, '').replace(/[\t\n\r]/g, '')
    : value;
  const isTrackable =
    /^https?:\/\//i.test(url) && url.length <= maxCharacters && !leftover.test(url) && URL.canParse(url);
  return isTrackable ? url : null;
}
