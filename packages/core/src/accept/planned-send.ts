import type { Address } from '@postroom/contracts';
import type { NewSend, StoredSend } from '../send/send.ts';
import type { AskedEmail, AskedItem } from './asked-send.ts';
import type { KnownSender, KnownTemplate, NewProfile } from './directory.ts';
import type { Rejection } from './item-outcome.ts';

/** A send to be written, with all that is known before anything is. */
export type PlannedSend<Asked extends AskedItem | AskedEmail = AskedItem | AskedEmail> = {
  readonly kind: 'new';
  readonly asked: Asked;
  /** Its own, unless that stands for another send: its row has none then. */
  readonly key: string | null;
  /** Why it gets a row that failed. */
  readonly failure: NewSend['failure'];
  /** Null: its body is its own. */
  readonly template: KnownTemplate | null;
  readonly profile: KnownSender | null;
  readonly from: Address;
  /** Its recipient's profile: a known one, or one of those that are to be made. */
  readonly recipientId: string | null;
  readonly to: Address;
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
};

/** What is to be done for one send of a batch. */
export type Step<Asked extends AskedItem | AskedEmail> =
  | PlannedSend<Asked>
  /** Its key is known: the existing send is answered. */
  | { readonly kind: 'known'; readonly asked: Asked; readonly send: StoredSend }
  /** It repeats an earlier one of the same batch, key and all. */
  | { readonly kind: 'repeated'; readonly asked: Asked; readonly first: PlannedSend<Asked> }
  | Rejection;

/** What is to be done for a batch, in the order of its request. */
export type Plan<Asked extends AskedItem | AskedEmail> = {
  readonly steps: readonly Step<Asked>[];
  readonly newProfiles: readonly NewProfile[];
};
