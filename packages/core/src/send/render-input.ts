import { bareNames } from '@postroom/contracts';
import type { TemplateValues } from './renderer.ts';
import type { NewSend } from './send.ts';

type RenderSubject = Pick<NewSend, 'data' | 'from' | 'messageId' | 'to'> & {
  readonly profile: TemplateValues | null;
};

/** What the pipeline knows of a send, under the names that templates know it by, with `@` before them. */
export type ProvidedValues = {
  readonly profile: TemplateValues;
  readonly sender: { readonly email: string; readonly name: string | null };
  readonly messageId: string;
  /** Absent for a send without a subscription group. */
  readonly unsubscribeUrl?: string;
  /** Of mail that asks for a confirmation alone. */
  readonly confirmUrl?: string;
};

/** The two name spaces of a template: its context, and beside it what it reads as `{{@name}}`. */
export type RenderInput = { readonly context: TemplateValues; readonly provided: ProvidedValues };

/** The context of a template: the data as it is, and in it the old names of what is provided, where the data has none. */
export function renderInput(data: TemplateValues, provided: ProvidedValues): RenderInput {
  const bare = bareNames.flatMap((name) => (provided[name] === undefined ? [] : [[name, provided[name]]]));
  return { context: { ...Object.fromEntries(bare), ...data }, provided };
}

/** The links that a send has of us; null: it has no such link. */
export type OwnLinks = { readonly unsubscribeUrl: string | null; readonly confirmUrl: string | null };

/** What the template of a send sees. */
export function renderInputOf(send: RenderSubject, { unsubscribeUrl, confirmUrl }: OwnLinks): RenderInput {
  return renderInput(send.data ?? {}, {
    profile: send.profile ?? { email: send.to.email },
    sender: { email: send.from.email, name: send.from.name },
    messageId: send.messageId,
    ...(unsubscribeUrl === null ? {} : { unsubscribeUrl }),
    ...(confirmUrl === null ? {} : { confirmUrl }),
  });
}

/** Something that renders, and may not be what was meant: `path` is dotted, as that of a validation issue. */
export type RenderWarning = { readonly path: string; readonly message: string };

/** Tells which names of the data hide what the pipeline provides under the same name. */
export function nameWarnings(data: TemplateValues): readonly RenderWarning[] {
  return bareNames
    .filter((name) => Object.hasOwn(data, name))
    .map((name) => ({
      path: `data.${name}`,
      message: `\`{{${name}}}\` is this value; what Postroom provides under the name is \`{{@${name}}}\``,
    }));
}
