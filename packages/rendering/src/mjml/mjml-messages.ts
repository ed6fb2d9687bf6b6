/** What MJML itself makes of a source: html with what it finds wrong, or why it makes nothing of it. */
export type MjmlAnswer =
  | {
      readonly kind: 'compiled';
      readonly html: string;
      readonly problems: readonly { readonly line: number; readonly message: string }[];
    }
  | { readonly kind: 'unreadable'; readonly reason: string }
  | { readonly kind: 'not_installed' };
