import type { Address, MessageHeader, SendLane, SendStatus } from '@postroom/contracts';

/**
 * Whose sends: a workspace's, made with its live keys, or with its test keys (`isSimulated`: the worker simulates the
 * provider). Neither sees, changes or counts the sends of the other, and their idempotency keys are apart.
 */
export type SendOwner = {
  readonly workspaceId: string;
  readonly isSimulated: boolean;
  /** The sender profiles that its caller is limited to: no other send is there for it. Null or left out: all are. */
  readonly senderProfileIds?: readonly string[] | null;
};

/** The owner of what its keys share, whatever senders they are limited to. */
export type ModeOwner = Pick<SendOwner, 'workspaceId' | 'isSimulated'>;

/** An owner, out of what has more than that; a new part of an owner does not compile without its place here. */
export const ownerIn = ({
  workspaceId,
  isSimulated,
  senderProfileIds = null,
}: SendOwner): Required<SendOwner> => ({ workspaceId, isSimulated, senderProfileIds });

/** The wire form that a send came in; it is sent the same way. */
export type Dialect = 'items' | 'emails';

/** The delivery that the provider reported later; a separate fact from the status. */
export type DeliveryState = 'delivered' | 'delayed' | 'bounced' | 'complained';

/** What a caller asks for of a send, and its row keeps as it is. */
export type SendOptions = {
  /** Final text, or null: the snapshot's subject is rendered by the worker. */
  readonly subject: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly headers: readonly MessageHeader[];
  readonly tags: readonly string[];
  readonly scheduledAt: Date | null;
};

/** A send as it is written when it is accepted. Ids are UUID v7; the database stamps the times. */
export type NewSend = SendOptions & {
  readonly id: string;
  readonly messageId: string;
  readonly dialect: Dialect;
  readonly lane: SendLane;
  /** `Failed` at once when only the server could know that it cannot be sent; `failure` says why. */
  readonly status: 'Scheduled' | 'Queued' | 'Failed';
  readonly failure: { readonly failureClass: string; readonly message: string } | null;
  readonly simulated: boolean;
  /** Null only in the emails dialect, where a key is not required. */
  readonly idempotencyKey: string | null;
  /** SHA-256 of the merged, normalised item, in hex. */
  readonly fingerprint: string;
  readonly templateId: string | null;
  readonly snapshotId: string;
  readonly senderProfileId: string | null;
  readonly configurationSet: string | null;
  /** The account of SES that it is sent through; null: the one of the environment. */
  readonly accountId: string | null;
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly subscriptionGroupId: string | null;
  /** The group that it asks its recipient to confirm; null: it asks nothing. */
  readonly confirmsGroupId: string | null;
  readonly profileId: string | null;
  readonly to: Address;
  /** Further recipients in `to`. */
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly attachments: readonly AttachmentRef[];
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  /** Whether the links of the text part are tracked as well, where those of the html are. */
  readonly trackText: boolean;
  /** Where tracked links lead, if that is not the installation's own address. */
  readonly trackingHost: string | null;
};

/** An attachment of a send: what it is called here, and the hash that its bytes are kept under. */
export type AttachmentRef = {
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
  readonly filename: string;
  readonly contentType: string;
  readonly contentId: string | null;
  readonly sizeBytes: number;
  /** Set: it is no file, but the message itself, which goes out as it came. */
  readonly mime?: MimeAddresses & {
    /** Where its own `List-Unsubscribe` lets its recipient leave; sends of before have none. */
    readonly unsubscribeUrls?: readonly string[];
  };
};

/** Who stands in a message in MIME form for everybody to see, whoever of them it goes to. */
export type MimeAddresses = {
  /** The one that it is from; sends of before have none, and say it of their own. A list, as all of them are, for erasing. */
  readonly from?: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
};

/** A send as it stands in the database, with what its answer needs. */
export type StoredSend = Omit<
  NewSend,
  | 'attachments'
  | 'bcc'
  | 'configurationSet'
  | 'confirmsGroupId'
  | 'data'
  | 'failure'
  | 'headers'
  | 'status'
  | 'trackClicks'
  | 'trackOpens'
  | 'trackText'
  | 'trackingHost'
> & {
  readonly batchId: string | null;
  readonly status: SendStatus;
  readonly delivery: DeliveryState | null;
  readonly renderedSubject: string | null;
  /** The subject of the snapshot, as it was frozen. */
  readonly snapshotSubject: string;
  readonly providerMessageId: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when its data, headers, attachments and body are gone; null: they are there. */
  readonly contentRemovedAt: Date | null;
};

/** A hint for the queue: this send, in this epoch, may be claimed. */
export type SendJob = {
  readonly sendId: string;
  readonly workspaceId: string;
  readonly epoch: number;
  readonly lane: SendLane;
  /** The account that it is sent through, each of which has a queue of its own. */
  readonly accountId: string | null;
};

/** The job of a send in one epoch. */
export const jobOf = (
  { id, lane, accountId }: StoredSend,
  { workspaceId, epoch }: Pick<SendJob, 'epoch' | 'workspaceId'>,
): SendJob => ({ sendId: id, workspaceId, epoch, lane, accountId });

/** One send of one owner; what another workspace owns, or the other mode made, counts as missing. */
export type SendRef = SendOwner & { readonly id: string };

/** A send or a batch of a workspace: of one mode if `isSimulated` is given, else of either. */
export type ReadRef = Omit<SendRef, 'isSimulated'> & { readonly isSimulated?: boolean | undefined };
