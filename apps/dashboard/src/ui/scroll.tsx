import type { ComponentChildren } from 'preact';

/** What may be wider, or taller, than its place; it can be reached, and so be scrolled, by keyboard. */
export const Scroll = ({
  label,
  kind = '',
  children,
}: {
  readonly label: string;
  readonly kind?: 'card' | 'tall' | '';
  readonly children: ComponentChildren;
}) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without a place in the order of tabs no key could scroll it.
  <section class={`scroll ${kind}`} tabIndex={0} aria-label={label}>
    {children}
  </section>
);
