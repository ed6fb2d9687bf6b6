import { agoOf, momentOf } from './words.ts';

/** A moment, as how long ago it was; the whole of it when pointed at. */
export const Moment = ({ at }: { readonly at: string }) => (
  <time dateTime={at} title={momentOf(at)}>
    {agoOf(at)}
  </time>
);
