/** A tenant with everything that the load needs. */
export type Workspace = {
  readonly id: string;
  /** Stands in the sender, the recipients and the subjects of its mail, so that a mix-up shows at SES. */
  readonly name: string;
  /** The bare address that all of its mail comes from. */
  readonly sender: string;
  readonly key: string;
  readonly templateId: string;
  /** Templates that would run for hours: every other one writes as it runs, and so fills its heap. */
  readonly poisonTemplateIds: readonly string[];
  /** Everybody receives it until they say otherwise. */
  readonly openGroupId: string;
  /** Nobody receives it until they say so. */
  readonly closedGroupId: string;
};

/** Recipients of the load are at this domain. */
export const recipientDomain = 'recipients.example';

/** Gets no mail from any workspace. */
export const suppressedAddress = `suppressed@${recipientDomain}`;

/** The text that stands in every variable of the load, so that a line which holds it gave one away. */
export const variableMark = 'leakmark';

/** The part of the data and of the subject that no other send has, nor begins with. */
export const ownTextOf = ({ name }: Pick<Workspace, 'name'>, key: string): string =>
  `${variableMark}-${name}-${key}.`;

/** What every such text is, as a regular expression. */
export const ownTextPattern = `${variableMark}-[a-z0-9/-]+\\.`;

/** How the subject of a workspace's mail begins; the send's own part follows. */
export const greetingOf = ({ name }: Pick<Workspace, 'name'>): string => `Hello ${name}`;
