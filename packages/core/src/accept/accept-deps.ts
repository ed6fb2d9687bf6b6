import type { SuppressionReason } from '@postroom/contracts';
import type { Dialect, ModeOwner, NewSend, SendJob, SendOwner, StoredSend } from '../send/send.ts';
import type { Directory, KnownProfile, NewProfile, Wanted } from './directory.ts';
import type { MissingVariables } from './resolve-item.ts';

/** What a batch of sends is written with; `total` and `rejected` describe the request as a whole. */
export type NewBatch = SendOwner & {
  readonly id: string;
  readonly dialect: Dialect;
  readonly total: number;
  readonly rejected: number;
  /** Where one of its keys is taken, none of its sends is written; left out: those of the other keys are. */
  readonly isWhole?: boolean | undefined;
  /** The one send of the batch asks for a confirmation: those who are asked become pending in the same statement. */
  readonly confirmation?: ConfirmationRequest | undefined;
  /** Where it is written down, if that is traced. */
  readonly traceparent?: string | undefined;
};

/** The sends of a batch that are to be written. */
export type BatchToWrite = { readonly batch: NewBatch; readonly sends: readonly NewSend[] };

/** Whose subscriptions to which group wait for a confirmation: profiles that share an address. */
export type ConfirmationRequest = { readonly groupId: string; readonly profileIds: readonly string[] };

/** Final html and text of an email, before they have an id. */
export type LiteralBody = { readonly html: string | null; readonly text: string | null };

/** Bytes to be kept under their SHA-256, in hex. */
export type AttachmentBytes = { readonly hash: string; readonly content: Uint8Array };

export type AcceptBatchDeps = {
  readonly sends: {
    findByKeys(owner: SendOwner, keys: readonly string[]): Promise<ReadonlyMap<string, StoredSend>>;
    /**
     * Writes all rows of batches of one workspace in one statement, and answers the ids of those that were made; a taken key is
     * left out. A batch that asks for a confirmation, or is written as a whole or not at all, comes alone.
     */
    insertMany(batches: readonly BatchToWrite[]): Promise<ReadonlyMap<string, Date>>;
    /** Makes the sweeper look after these sends at once. */
    sweepSoon(ids: readonly string[]): Promise<void>;
  };
  readonly contents: {
    /** Keeps each body once per content and answers the ids of their snapshots, in the order asked. */
    ensureLiterals(workspaceId: string, bodies: readonly LiteralBody[]): Promise<readonly string[]>;
    /** Keeps each attachment once per content. */
    ensureAttachments(workspaceId: string, attachments: readonly AttachmentBytes[]): Promise<void>;
  };
  readonly directory: {
    /** What a test key made is there for live mail by its id alone. */
    lookUp(owner: SendOwner, wanted: Wanted): Promise<Directory>;
    /**
     * Makes the profiles that are still unknown and answers all of them, in the order asked. What a test key made under one of
     * these names becomes what a live key says of it.
     */
    ensureProfiles(owner: ModeOwner, profiles: readonly NewProfile[]): Promise<readonly KnownProfile[]>;
    /** The group that marketing mail of the emails dialect honours; made when the workspace has none. */
    ensureMarketingGroup(workspaceId: string): Promise<string>;
    /** The same, if there is one. */
    findMarketingGroup(workspaceId: string): Promise<string | null>;
    /** Which of these addresses, in their compared form, get no mail, and why. */
    findSuppressed(
      workspaceId: string,
      emailKeys: readonly string[],
    ): Promise<ReadonlyMap<string, SuppressionReason>>;
  };
  readonly queue: {
    /** Tells the queue within a time budget; false: it may have missed some. Never rejects. */
    enqueue(jobs: readonly SendJob[]): Promise<boolean>;
  };
  readonly missingVariables: MissingVariables;
  /** Why live marketing mail is refused, in words that follow the name of a field; null: it is taken. */
  readonly marketingRefusal: string | null;
  /** Why live mail whose links lead through Postroom is refused, in the same way; null: it is taken. */
  readonly linkRefusal: string | null;
  readonly newId: () => string;
  readonly now: () => Date;
};
