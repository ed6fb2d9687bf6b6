import {
  type CreateSubscriptionGroup,
  type GroupConfirmation,
  maxSubscriptionGroups,
  type UpdateSubscriptionGroup,
} from '@postroom/contracts';
import { type ModeOwner, newId, type ResourceRef } from '@postroom/core';
import { isOfMode } from '../accept/find-profiles.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { assignments, newestFirst, textOf, uuidOf } from './fragments.ts';
import { type Page, type PageRequest, toPage } from './page.ts';
import { hasRoom } from './sender-claims.ts';

/** What recipients can subscribe to; the type decides for those who said nothing. */
export type StoredSubscriptionGroup = {
  readonly id: string;
  readonly name: string;
  readonly type: 'OptIn' | 'OptOut';
  readonly marketingDefault: boolean;
  /** What asks those who are to be subscribed whether they want it; null: they are subscribed at once. */
  readonly confirmation: GroupConfirmation | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

const columns = Prisma.sql`
  id, name, type, marketing_default AS "marketingDefault",
  CASE WHEN confirmation_template_id IS NOT NULL THEN json_build_object(
    'templateId', confirmation_template_id, 'senderProfileId', confirmation_sender_profile_id) END AS confirmation,
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A column's new value; undefined: it stays. */
const partOf = (confirmation: GroupConfirmation | null | undefined, part: keyof GroupConfirmation) =>
  uuidOf(confirmation === undefined ? undefined : (confirmation?.[part] ?? null));

type Statement = Prisma.PrismaPromise<StoredSubscriptionGroup[]>;

/**
 * Subscription groups of a workspace, newest first in lists; at most one is the marketing default. Those that a test key made are
 * there for test keys alone.
 */
export class SubscriptionGroupStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null: the workspace has as many of this mode as it may have. */
  async create(
    { workspaceId, isSimulated }: ModeOwner,
    group: CreateSubscriptionGroup,
  ): Promise<StoredSubscriptionGroup | null> {
    const { confirmation } = group;
    const isDefault = group.marketingDefault ?? false;
    const room = hasRoom('subscription_groups', { workspaceId, isSimulated }, maxSubscriptionGroups);
    const insert: Statement = this.#prisma.$queryRaw`
      INSERT INTO subscription_groups (
        id, workspace_id, name, type, marketing_default, confirmation_template_id, confirmation_sender_profile_id,
        simulated)
      SELECT ${newId()}::uuid, ${workspaceId}::uuid, ${group.name}, ${group.type}::"GroupType", ${isDefault}::boolean,
        ${confirmation?.templateId ?? null}::uuid, ${confirmation?.senderProfileId ?? null}::uuid,
        ${isSimulated}::boolean
      WHERE ${room}
      RETURNING ${columns}`;
    const condition = isDefault ? room : Prisma.sql`false`;
    const [made] = await this.#inTurn(workspaceId, { statement: insert, condition });
    return made ?? null;
  }

  async find({
    workspaceId,
    isSimulated,
    id,
  }: ModeOwner & ResourceRef): Promise<StoredSubscriptionGroup | null> {
    const [group] = await this.#prisma.$queryRaw<StoredSubscriptionGroup[]>`
      SELECT ${columns} FROM subscription_groups
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${isOfMode(isSimulated)}`;
    return group ?? null;
  }

  async list(
    { workspaceId, isSimulated }: ModeOwner,
    request: PageRequest,
  ): Promise<Page<StoredSubscriptionGroup>> {
    const { where, page } = newestFirst('subscription_groups', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredSubscriptionGroup[]>`
      SELECT ${columns} FROM subscription_groups
      WHERE ${where} AND ${isOfMode(isSimulated)} ${page}`,
    );
    return toPage(rows, request.limit, (row) => row);
  }

  /** Changes one of live mail: test keys change none. */
  async update(
    { workspaceId, id }: ResourceRef,
    change: UpdateSubscriptionGroup,
  ): Promise<StoredSubscriptionGroup | null> {
    const isDefault = change.marketingDefault === null ? false : change.marketingDefault;
    const set = assignments({
      name: textOf(change.name),
      type: change.type === undefined ? undefined : Prisma.sql`${change.type}::"GroupType"`,
      confirmation_template_id: partOf(change.confirmation, 'templateId'),
      confirmation_sender_profile_id: partOf(change.confirmation, 'senderProfileId'),
      marketing_default: isDefault === undefined ? undefined : Prisma.sql`${isDefault}::boolean`,
    });
    const statement: Statement = this.#prisma.$queryRaw`
      UPDATE subscription_groups SET ${set}
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${isOfMode(false)}
      RETURNING ${columns}`;
    // The others keep it when there is no such group to take it over.
    const condition = Prisma.sql`id <> ${id}::uuid AND EXISTS (
      SELECT FROM subscription_groups
      WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid AND ${isOfMode(false)})`;
    const [updated] = isDefault ? await this.#inTurn(workspaceId, { statement, condition }) : await statement;
    return updated ?? null;
  }

  /**
   * Runs a statement that makes a group or the marketing default, after taking the latter from the others if `condition`
   * holds. The workspace's row is locked for it, so that two such changes at once come one after the other.
   */
  async #inTurn(
    workspaceId: string,
    { statement, condition }: { readonly statement: Statement; readonly condition: Prisma.Sql },
  ): Promise<StoredSubscriptionGroup[]> {
    const [, , written] = await this.#prisma.$transaction([
      this.#prisma.$executeRaw`SELECT id FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`,
      this.#prisma.$executeRaw`
        UPDATE subscription_groups SET marketing_default = false, updated_at = now()
        WHERE workspace_id = ${workspaceId}::uuid AND marketing_default AND ${condition}`,
      statement,
    ]);
    return written;
  }
}
