import { randomUUID } from 'node:crypto';
import { type EmailList, emailHistorySchema, emailListSchema, parseSendId } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { emailsOf } from '../contract/post-emails.ts';
import type { Answer, Json, TestApi, TestWorkspace } from '../start-api.ts';

/** A workspace whose sends are listed. */
export type Reading = {
  readonly workspace: TestWorkspace;
  readonly templateId: string;
  /** Accepts emails of the emails dialect, one batch, and answers their UUIDs and the batch's. */
  emails(...emails: readonly Json[]): Promise<{ readonly ids: readonly string[]; readonly batchId: string }>;
  /** The parsed answer to `GET /emails<query>`; throws for any status but 200. */
  list(query?: string): Promise<EmailList>;
  /** The UUIDs of such a list. */
  idsOf(query?: string): Promise<readonly string[]>;
};

const uuidOf = (id: string): string => {
  const parsed = parseSendId(id);
  if (parsed === null) throw new Error(`no id of a send: ${id}`);
  return parsed.uuid;
};

/** The UUIDs of the emails of a page. */
export const uuidsOf = ({ emails }: EmailList): readonly string[] => emails.map(({ id }) => uuidOf(id));

/** The body of a 200, as a list; throws for any other. */
function listOf({ status, body }: Answer): EmailList {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return emailListSchema.strict().parse(body);
}

/** The events of a send; throws for any status but 200. */
export async function historyOf(workspace: TestWorkspace, id: string) {
  const { status, body } = await workspace.get(`/emails/${id}/events`);
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return emailHistorySchema.strict().parse(body).events;
}

/** Makes a workspace with a template and a sender that both dialects use. */
export async function startReading(api: TestApi): Promise<Reading> {
  const workspace = await api.makeWorkspace();
  const from = `sender-${randomUUID()}@acme.test`;
  const senderProfileId = await workspace.aSender({ fromEmail: from });
  const templateId = await workspace.aTemplate({ senderProfileId });
  const list = async (query = '') => listOf(await workspace.get(`/emails${query}`));
  return {
    workspace,
    templateId,
    emails: async (...emails) => {
      const body = emails.map((email) => ({
        from,
        to: [`to-${randomUUID()}@example.com`],
        subject: 'Hello',
        html: '<p>Hello</p>',
        ...email,
      }));
      const answer = emailsOf(await workspace.post('/emails/batch', { emails: body }));
      return { ids: answer.emails.map(({ id }) => uuidOf(id)), batchId: answer.batchId ?? '' };
    },
    list,
    idsOf: async (query) => uuidsOf(await list(query)),
  };
}

/** Writes that many sends with a tag of their own, by SQL alone, and answers the tag. */
export async function writeTagged(api: TestApi, workspaceId: string, count: number): Promise<string> {
  const [tag, snapshotId] = [`tag-${randomUUID()}`, newId()];
  const contentHash = new Uint8Array(Buffer.from(randomUUID()));
  await api.prisma.templateSnapshot.create({
    data: { id: snapshotId, workspaceId, kind: 'literal', contentHash, subject: 'Hello', html: 'Hello' },
  });
  await api.prisma.$executeRaw`
    WITH made AS (
      INSERT INTO email_sends (
        id, workspace_id, dialect, lane, status, fingerprint, snapshot_id, from_email, to_email, to_key, tags,
        message_id, next_attempt_at, sweep_at)
      SELECT uuidv7(), ${workspaceId}::uuid, 'emails', 'transactional', 'Sent', '', ${snapshotId}::uuid,
             'hello@acme.test', 'many@example.com', 'many@example.com', ARRAY[${tag}], gen_random_uuid(), now(), now()
      FROM generate_series(1, ${count}::int)
      RETURNING id
    )
    INSERT INTO send_facets (workspace_id, kind, value, send_id)
    SELECT ${workspaceId}::uuid, 'tag', ${tag}, id FROM made`;
  return tag;
}
