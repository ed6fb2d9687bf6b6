import type { World } from '../world.ts';
import { fields, list, MiB, type Row } from './row.ts';

type Send = (body: string) => (world: World) => { method: string; path: string; body: string };

/** A request of this method to this path, whatever its body. */
export const to =
  (method: string, path: string | ((world: World) => string)): Send =>
  (body) =>
  (world) => ({ method, path: `/api/v1${typeof path === 'string' ? path : path(world)}`, body });

/** What a JSON body of 1 MiB can be made of, of which a route is told what it cannot use. */
export const anything = (send: Send): readonly Row[] => [
  { what: '1 MiB of unknown fields', ask: send(fields(90_000)) },
  {
    what: '1 MiB of one text in the place of each field',
    ask: send(JSON.stringify({ name: 'n'.repeat(MiB - 100) })),
  },
];

/** What is read, and refused, in one place for all routes, whatever each makes of it. */
export const readAlike = (send: Send): readonly Row[] => [
  { what: '1 MiB of one unknown field', ask: send(`{"x":${list(500_000, '0')}}`) },
  { what: '1 MiB of nesting', ask: send(`{"name":${'['.repeat(249_990)}${']'.repeat(249_990)}}`) },
  { what: '1 MiB as a name', ask: send(`{"${'n'.repeat(MiB - 100)}":1}`) },
];
