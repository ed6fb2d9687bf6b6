/** The values after `name=` in a helper call. */
export type HelperOptions = Readonly<Record<string, unknown>>;

/** Why a literal cannot be what it stands for, as the end of a sentence; null if it can. */
export type LiteralCheck = (value: string | number | boolean) => string | null;

/** What literals among the arguments and options of a call must be; null and what is absent may be anything. */
export type LiteralChecks = {
  readonly arguments?: readonly (LiteralCheck | null)[];
  readonly options?: Readonly<Record<string, LiteralCheck>>;
};

/** One helper: what a template may write, and for those of this package also what it does. */
export type HelperSpec = {
  readonly kind: 'block' | 'value';
  readonly minArguments: number;
  readonly maxArguments: number;
  /** Names that may stand before `=`. */
  readonly options: readonly string[];
  /** How many names `as |a b|` may give; blocks only. */
  readonly blockParams: number;
  /** A condition or a fallback: what it is called with may be missing. */
  readonly acceptsMissing: boolean;
  /** Literals that would be taken for nothing said are refused when the template is saved. */
  readonly literals?: LiteralChecks;
  /** How many plain lookups one call costs at most, roughly. */
  readonly weight: number;
  readonly description: string;
  /** Null for what Handlebars brings itself. Must return for any JSON, and must not throw; the caller refuses what is too long. */
  readonly run: ((values: readonly unknown[], options: HelperOptions) => unknown) | null;
};

type ValueHelper = Pick<HelperSpec, 'minArguments' | 'maxArguments' | 'description'> & {
  readonly run: NonNullable<HelperSpec['run']>;
} & Partial<Pick<HelperSpec, 'options' | 'acceptsMissing' | 'literals' | 'weight'>>;

/** A helper that returns a value. */
export function valueHelper(helper: ValueHelper): HelperSpec {
  return { kind: 'value', options: [], blockParams: 0, acceptsMissing: false, weight: 2, ...helper };
}
