import {
  addressKey,
  type CreateProfile,
  maxProfilesPerAddress,
  type UpdateProfile,
} from '@postroom/contracts';
import { type ModeOwner, newId, type ResourceRef } from '@postroom/core';
import { forgetSaid } from '../accept/ensure-profiles.ts';
import { isOfMode } from '../accept/find-profiles.ts';
import { isUniqueViolation } from '../connection/database-error.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { assignments, jsonOf, newestFirst, textOf } from './fragments.ts';
import { type BoundedRow, type Page, type PageRequest, toBoundedPage, withinBytes } from './page.ts';
import {
  fromTable,
  fromWritten,
  type ProfileRow,
  type StoredProfile,
  selectFrom,
  toProfile,
} from './profile-row.ts';

/** `taken`: another profile has the external id, or, for one without, the address. */
type ProfileTaken = { readonly kind: 'taken'; readonly by: string | null };

/** The address has as many profiles as one may have. */
type AddressFull = { readonly kind: 'full' };

/** `nameless`: the profile would be left with neither an address nor an external id. */
type ProfileUpdate =
  | { readonly kind: 'updated'; readonly profile: StoredProfile }
  | { readonly kind: 'missing' }
  | { readonly kind: 'nameless' }
  | AddressFull
  | ProfileTaken;

type ProfileCreation =
  | { readonly kind: 'created'; readonly profile: StoredProfile }
  | AddressFull
  | ProfileTaken;

type ProfileFilter = {
  readonly email?: string | undefined;
  readonly externalId?: string | undefined;
};

/** The indexes that keep a name to one profile. */
const oneOfExternalId = Prisma.sql`(workspace_id, external_id) WHERE external_id IS NOT NULL`;
const oneOfAddress = Prisma.sql`(workspace_id, email_key) WHERE external_id IS NULL`;

/** Live keys alone change profiles. */
const liveOwner = ({ workspaceId }: ResourceRef): ModeOwner => ({ workspaceId, isSimulated: false });

const keyOf = (email: string | null): string | null => (email === null ? null : addressKey(email));

/** Whether an address has as many profiles as one may have; null has none, and live keys count none of test keys. */
const isFull = (
  { workspaceId, isSimulated }: ModeOwner,
  emailKey: string | null,
): Prisma.Sql => Prisma.sql`EXISTS (
  SELECT FROM profiles WHERE workspace_id = ${workspaceId}::uuid AND email_key = ${emailKey}::text AND ${isOfMode(isSimulated)}
  OFFSET ${maxProfilesPerAddress - 1}::int LIMIT 1)`;

/** Profiles of a workspace, newest first in lists. */
export class ProfileStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** A live key's takes over what a test key made under its name. */
  async create(owner: ModeOwner, profile: CreateProfile): Promise<ProfileCreation> {
    const { workspaceId, isSimulated } = owner;
    const id = newId();
    const email = profile.email ?? null;
    const externalId = profile.externalId ?? null;
    const [row] = await this.#prisma.$queryRaw<ProfileRow[]>`
      WITH written AS (
        INSERT INTO profiles AS p (id, workspace_id, external_id, email, email_key, attributes, simulated)
        SELECT ${id}::uuid, ${workspaceId}::uuid, ${externalId}, ${email}, ${keyOf(email)},
               ${jsonOf(profile.attributes ?? {})}, ${isSimulated}::boolean
        WHERE NOT ${isFull(owner, keyOf(email))}
        ON CONFLICT ${externalId === null ? oneOfAddress : oneOfExternalId} DO UPDATE SET
          email = excluded.email, email_key = excluded.email_key, attributes = excluded.attributes,
          simulated = false, created_at = now(), updated_at = now()
        WHERE p.simulated AND NOT excluded.simulated
        RETURNING *
      ), forgotten AS (${forgetSaid(Prisma.sql`written`)}
      )
      ${fromWritten}`;
    if (row !== undefined) {
      // The statement that takes one over still shows what it deletes.
      const takenOver = row.id === id ? null : await this.find({ workspaceId, id: row.id });
      return { kind: 'created', profile: takenOver ?? toProfile(row) };
    }
    const holder = await this.#findHolder(workspaceId, { email, externalId });
    return holder.by === null && (await this.#addressIsFull(owner, email)) ? { kind: 'full' } : holder;
  }

  async find({ workspaceId, id }: ResourceRef): Promise<StoredProfile | null> {
    const [row] = await this.#prisma.$queryRaw<ProfileRow[]>`
      ${fromTable} WHERE p.workspace_id = ${workspaceId}::uuid AND p.id = ${id}::uuid`;
    return row === undefined ? null : toProfile(row);
  }

  /** Those of a test key are in its own lists alone. */
  async list(
    { workspaceId, isSimulated }: ModeOwner,
    { email, externalId, ...request }: PageRequest & ProfileFilter,
  ): Promise<Page<StoredProfile>> {
    const { where, range, page } = newestFirst('p', workspaceId, request);
    const listed = isSimulated ? where : Prisma.sql`${range} AND NOT p.simulated`;
    const named = Prisma.join(
      [
        Prisma.sql`workspace_id = ${workspaceId}::uuid`,
        ...(email === undefined ? [] : [Prisma.sql`email_key = ${addressKey(email)}::text`]),
        ...(externalId === undefined ? [] : [Prisma.sql`external_id = ${externalId}::text`]),
      ],
      ' AND ',
    );
    // What is named is looked up by its name: the list would be walked until it is met.
    const source =
      email === undefined && externalId === undefined
        ? fromTable
        : selectFrom(Prisma.sql`(SELECT * FROM profiles WHERE ${named} OFFSET 0)`);
    // Attributes are the caller's, and so is how many groups there are.
    const sized = Prisma.sql`
      SELECT s.*, octet_length(s.attributes::text) + coalesce(octet_length(s.subscriptions::text), 0) AS bytes
      FROM (${source} WHERE ${listed} ${page}) s`;
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<(ProfileRow & BoundedRow)[]>`${withinBytes(sized)}`,
    );
    return toBoundedPage(rows, request.limit, toProfile);
  }

  /** `attributes` are replaced as a whole. What a test key made is a live one's from then on. */
  async update(ref: ResourceRef, change: UpdateProfile): Promise<ProfileUpdate> {
    try {
      const profile = await this.#write(ref, change);
      if (profile !== null) return { kind: 'updated', profile };
      if ((await this.find(ref)) === null) return { kind: 'missing' };
      return {
        kind: (await this.#addressIsFull(liveOwner(ref), change.email ?? null)) ? 'full' : 'nameless',
      };
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const current = await this.find(ref);
      if (current === null) return { kind: 'missing' };
      const { email = current.email, externalId = current.externalId } = change;
      return this.#findHolder(ref.workspaceId, { email, externalId });
    }
  }

  async #addressIsFull(owner: ModeOwner, email: string | null): Promise<boolean> {
    const [row] = await this.#prisma.$queryRaw<{ readonly full: boolean }[]>`
      SELECT ${isFull(owner, keyOf(email))} AS full`;
    return row?.full === true;
  }

  async #findHolder(
    workspaceId: string,
    { email, externalId }: Pick<StoredProfile, 'email' | 'externalId'>,
  ): Promise<ProfileTaken> {
    const where = externalId === null ? { externalId, emailKey: keyOf(email) } : { externalId };
    const holder = await this.#prisma.profile.findFirst({
      where: { workspaceId, ...where },
      select: { id: true },
    });
    return { kind: 'taken', by: holder?.id ?? null };
  }

  async #write(ref: ResourceRef, change: UpdateProfile): Promise<StoredProfile | null> {
    const { workspaceId, id } = ref;
    const email = textOf(change.email);
    const externalId = textOf(change.externalId);
    const key = keyOf(change.email ?? null);
    const set = assignments({
      email,
      email_key: change.email === undefined ? undefined : textOf(keyOf(change.email)),
      external_id: externalId,
      attributes: jsonOf(change.attributes === null ? {} : change.attributes),
      simulated: Prisma.sql`false`,
    });
    const [row] = await this.#prisma.$queryRaw<ProfileRow[]>`
      WITH written AS (
        UPDATE profiles SET ${set}
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid
          AND (email_key IS NOT DISTINCT FROM ${key}::text OR NOT ${isFull(liveOwner(ref), key)})
          AND num_nonnulls(${email ?? Prisma.sql`email`}, ${externalId ?? Prisma.sql`external_id`}) > 0
        RETURNING *)
      ${fromWritten}`;
    return row === undefined ? null : toProfile(row);
  }
}
