/** What may come of a source, in characters: attributes that are set for all elements stand at each of them. */
export const maxHtmlLength = 2_000_000;

/** Said of a source of which more comes. */
export const tooMuchHtml = `comes to more than ${maxHtmlLength} characters of html`;

/** What MJML itself makes of a source: html with what it finds wrong, or why it makes nothing of it. */
export type MjmlAnswer =
  | {
      readonly kind: 'compiled';
      readonly html: string;
      readonly problems: readonly { readonly line: number; readonly message: string }[];
    }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'not_installed' };
