/** A file of a message at Postmark in our words, of which nothing but the form was looked at. */
type ReadFile = {
  readonly filename?: unknown;
  readonly content?: unknown;
  readonly content_type?: unknown;
  readonly content_id: string | null;
};

/** What an id can be written as in html: quoted, where spaces are its own, or up to what ends it in an attribute, a style or a list. */
const references = [
  /["']cid:([^"'<>]{1,255})["']/gi,
  /cid:([^"'<>\s]{1,255})/gi,
  /cid:([^"'<>\s)&,;]{1,255})/gi,
];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Those of some ids that html shows something by. One pass for all of them: a message may have many, and much html. */
function namedIn(html: string, ids: ReadonlySet<string>): ReadonlySet<string> {
  const named = new Set<string>();
  for (const pattern of references) {
    for (const [, id = ''] of html.matchAll(pattern)) {
      for (const form of [id, decoded(id)]) if (ids.has(form.toLowerCase())) named.add(form.toLowerCase());
    }
  }
  return named;
}

const isNamedAfterFile = ({ filename, content_id }: ReadFile) =>
  content_id !== null && content_id === filename;

const withoutId = <File extends ReadFile>(file: File): File => ({ ...file, content_id: null });

/** Files whose id is their name and is not in the html have none: clients in PHP give each file its name as its id. */
export function withIdsOfHtml<File extends ReadFile>(files: readonly File[], html: unknown): File[] {
  const own = files.filter(isNamedAfterFile).map(({ content_id }) => String(content_id).toLowerCase());
  if (own.length === 0) return [...files];
  const named = namedIn(typeof html === 'string' ? html : '', new Set(own));
  return files.map((file) =>
    isNamedAfterFile(file) && !named.has(String(file.content_id).toLowerCase()) ? withoutId(file) : file,
  );
}

const mayBeShown = ({ content_type, content_id }: ReadFile) =>
  typeof content_type === 'string' && /^image\//i.test(content_type) && !/\s/.test(content_id ?? '');

/** The same where the html is not known, since a template has it: images keep their name as their id, where it can be one. */
export const withIdsOfImages = <File extends ReadFile>(files: readonly File[]): File[] =>
  files.map((file) => (isNamedAfterFile(file) && !mayBeShown(file) ? withoutId(file) : file));
