import type { ComponentChildren } from 'preact';
import type { List } from '../api/use-list.ts';
import { More } from './more.tsx';
import { Scroll } from './scroll.tsx';

/** A column: its name, what stands in it, and how. The first names its row. */
export type Column<Item> = {
  readonly name: string;
  readonly cell: (item: Item) => ComponentChildren;
  readonly kind?: 'number' | 'when' | 'grow' | 'keep' | 'end';
};

/** Rows of one kind of thing. */
export const Rows = <Item extends object>({
  label,
  items,
  columns,
  keyOf,
  isPlain = false,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (item: Item) => string;
  /** It stands in a card already. */
  readonly isPlain?: boolean;
}) => (
  <Scroll label={label} kind={isPlain ? '' : 'card'}>
    <table class="rows">
      <thead>
        <tr>
          {columns.map(({ name, kind }) => (
            <th key={name} scope="col" class={kind}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={keyOf(item)}>
            {columns.map(({ name, cell, kind }, at) =>
              at === 0 ? (
                <th key={name} scope="row" class={kind}>
                  {cell(item)}
                </th>
              ) : (
                <td key={name} class={kind}>
                  {cell(item)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  </Scroll>
);

/** A list of the API as rows: what is loaded, more of it when it is looked at, and what to do where there is none. */
export const ListRows = <Item extends object>({
  list,
  empty,
  ...rows
}: Omit<Parameters<typeof Rows<Item>>[0], 'items'> & {
  readonly list: List<Item>;
  readonly empty: ComponentChildren;
}) => (
  <>
    {list.items.length > 0 && <Rows {...rows} items={list.items} />}
    <More list={list} />
    {!list.isLoading && list.failure === null && !list.hasMore && list.items.length === 0 && empty}
  </>
);
