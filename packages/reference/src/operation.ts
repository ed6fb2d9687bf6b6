import type { ErrorCode, RouteScope } from '@postroom/contracts';
import { type Component, oneOf } from './component.ts';
import type { Content, Examples, HttpMethod, ParameterObject } from './model.ts';
import type { Tag } from './tags.ts';

/** What is answered when all goes well. */
export type Answer = {
  readonly description: string;
  readonly content?: Content;
  /** The answer has `Cache-Control`. */
  readonly isCached?: boolean;
};

/** A product whose clients call a route: its errors have that product's form, and the key its header. */
export type DoorName = 'resend' | 'postmark';

/** One row of the route table. */
export type Operation = {
  readonly method: HttpMethod;
  /** From the root, with `{name}` where a parameter stands. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** What the key must be allowed to do; null: no key is needed. */
  readonly scope: RouteScope | null;
  /** Absent: it is our own. */
  readonly door?: DoorName;
  /** A test key may not: it changes what live mail depends on, or asks SES. */
  readonly isLiveOnly?: boolean;
  readonly parameters?: readonly ParameterObject[];
  /** `maxMiB` is null for a body that is not read. */
  readonly body?: {
    readonly content: Content;
    readonly maxMiB: number | null;
    readonly isOptional?: boolean;
  };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes beside those that follow from the key, the parameters and the body. */
  readonly errors: readonly ErrorCode[];
};

/** A JSON body that is one of these components. */
export const json = (components: readonly Component[], examples: Examples): Content => ({
  'application/json': { schema: oneOf(components), examples },
});

/** A JSON body that is this component. */
export const jsonOf = (component: Component, examples: Examples): Content => json([component], examples);

/** A body of text in another media type. */
export const text = (mediaType: string, summary: string, value: string): Content => ({
  [mediaType]: { schema: { type: 'string' }, examples: { example: { summary, value } } },
});

/** The only example of a body. */
export const example = (summary: string, value: unknown): Examples => ({ example: { summary, value } });
