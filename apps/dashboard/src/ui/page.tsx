import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** The head of a page and what is on it. */
export function Page({
  title,
  back,
  actions,
  children,
}: {
  readonly title: string;
  readonly back?: { readonly href: string; readonly text: string };
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} – Postroom`;
  }, [title]);
  return (
    <>
      <header class="page-head">
        <div>
          {back !== undefined && (
            <a class="back" href={back.href}>
              ← {back.text}
            </a>
          )}
          <h1>{title}</h1>
        </div>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

/** A part of a page under a heading of its own. */
export const Section = ({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}) => (
  <section class="card">
    <header>
      <h2>{title}</h2>
      {aside !== undefined && <div class="aside">{aside}</div>}
    </header>
    {children}
  </section>
);

/** A name, and what is to be said of it. */
export type Fact = readonly [string, ComponentChildren];

/** Facts by name. */
export const Facts = ({ of }: { readonly of: readonly Fact[] }) => (
  <dl class="facts">
    {of
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);
