import type { UpdateTemplate } from '@postroom/contracts';
import type { LineRefusal, SnapshotContent } from '../send/renderer.ts';

export type TemplateStatus = 'Active' | 'Archived';

/** A template and the variables of its current snapshot. */
export type StoredTemplate = {
  readonly id: string;
  readonly name: string;
  readonly subject: string;
  readonly html: string;
  /** The MJML that the html was compiled from; null: it was written as html. */
  readonly source: string | null;
  readonly text: string | null;
  readonly senderProfileId: string | null;
  readonly sampleData: Record<string, unknown> | null;
  readonly status: TemplateStatus;
  readonly currentSnapshotId: string;
  readonly requiredVariables: readonly string[];
  readonly optionalVariables: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** The content of a template after one of its changes; versions count up from 1. */
export type TemplateVersion = Pick<StoredTemplate, 'subject' | 'html' | 'source' | 'text' | 'createdAt'> & {
  readonly version: number;
};

/** A template as its author writes it. */
export type TemplateDraft = { readonly subject: string; readonly html: string; readonly text: string | null };

/** The variables that a template reads. */
type Variables = { readonly required: readonly string[]; readonly optional: readonly string[] };

/** Whether a template can be saved: the variables it reads, or the first thing that is wrong with it. */
export type TemplateCheck =
  | { readonly kind: 'ok'; readonly variables: Variables }
  | {
      readonly kind: 'invalid';
      readonly part: keyof TemplateDraft;
      readonly line: number;
      readonly column: number;
      readonly reason: string;
    };

/** What MJML comes to, or why it comes to nothing; line and column count from 1. */
export type MjmlOutcome =
  | { readonly kind: 'ok'; readonly html: string }
  | { readonly kind: 'invalid'; readonly line: number; readonly column: number; readonly reason: string }
  | { readonly kind: 'busy'; readonly refusal: LineRefusal }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'not_installed' };

/** Content that passed the check: what a snapshot is made of, once per content. */
export type TemplateContent = Omit<SnapshotContent, 'id'> & {
  readonly html: string;
  readonly source: string | null;
  readonly variables: Variables;
};

export type NewTemplate = {
  readonly name: string;
  readonly senderProfileId: string | null;
  readonly sampleData: Record<string, unknown> | null;
  readonly content: TemplateContent;
};

export type TemplateChange = {
  readonly fields: Pick<UpdateTemplate, 'name' | 'senderProfileId' | 'sampleData'>;
  readonly content: TemplateContent | null;
  /** The template that was changed: it is written only while it stands as it did then; null: however it stands. */
  readonly derivedFrom: Pick<StoredTemplate, 'currentSnapshotId' | 'updatedAt'> | null;
};
