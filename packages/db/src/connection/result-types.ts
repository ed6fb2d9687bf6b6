import pg from 'pg';
import { momentInUtc } from './moments.ts';

type Parse = (text: string) => unknown;

/** The first that the server gives to a type of ours: all of them are enums. */
const firstOfOurs = 16_384;

const { builtins } = pg.types;

/** How the driver itself reads a type. */
const asDriver = (oid: number): Parse => pg.types.getTypeParser(oid, 'text');

const readBytes = asDriver(builtins.BYTEA);

/** What the driver reads as Prisma's raw call does. `text[]` and `uuid[]` have no name there. */
const alike = [
  builtins.BOOL,
  builtins.INT2,
  builtins.INT4,
  builtins.FLOAT8,
  builtins.TEXT,
  builtins.VARCHAR,
  builtins.UUID,
  builtins.JSON,
  builtins.JSONB,
  1009,
  2951,
];

/** How the types are read that statements on the pool may answer with: as Prisma's raw call reads them. */
const parsers: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  ...alike.map((oid) => [oid, asDriver(oid)] as const),
  [builtins.INT8, BigInt],
  [builtins.TIMESTAMPTZ, (text) => new Date(momentInUtc(text))],
  [
    builtins.BYTEA,
    (text) => {
      const bytes: unknown = readBytes(text);
      if (!(bytes instanceof Uint8Array)) throw new Error('the driver reads bytes as something else');
      return new Uint8Array(bytes);
    },
  ],
]);

function refuse(oid: number): Parse {
  return () => {
    throw new Error(`A statement answers with a type that is not read here: ${oid}. Cast it to another.`);
  };
}

/** What a connection reads types with, unless a statement brings its own, as those of Prisma's adapter do. */
export const resultTypes = {
  getTypeParser: (oid: number): Parse =>
    parsers.get(oid) ?? (oid < firstOfOurs ? refuse(oid) : (text) => text),
};
