import { Prisma } from '../generated/client.ts';

/** Of the send of a facet `f`: 0 where a person opened it or followed a link, 1 where only machines did, else null. */
export const engagementOfSend = Prisma.sql`(
  SELECT min((detail->>'machine' IS NOT NULL)::int) FILTER (WHERE type = 'open') AS opened,
    min((detail->>'machine' IS NOT NULL)::int) FILTER (WHERE type = 'click') AS clicked
  FROM email_events WHERE send_id = f.send_id)`;

/** Those counted over the sends of a group. */
export const engagedSends = Prisma.sql`
  count(*) FILTER (WHERE e.opened = 0) AS opened_people, count(*) FILTER (WHERE e.opened = 1) AS opened_machines,
  count(*) FILTER (WHERE e.clicked = 0) AS clicked_people, count(*) FILTER (WHERE e.clicked = 1) AS clicked_machines`;

/** The sum of groups, as it is shown. */
export const engagementOfBatch = Prisma.sql`jsonb_build_object(
  'opened', jsonb_build_object(
    'people', coalesce(sum(opened_people), 0), 'machines', coalesce(sum(opened_machines), 0)),
  'clicked', jsonb_build_object(
    'people', coalesce(sum(clicked_people), 0), 'machines', coalesce(sum(clicked_machines), 0)))`;
