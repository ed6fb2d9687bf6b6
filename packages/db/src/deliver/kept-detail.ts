import { Prisma } from '../generated/client.ts';

/** What is kept of an event of a send that names an erased person: what it says of nobody. */
const kept = [
  'attempt',
  'bounceType',
  'bounceSubType',
  'complaintFeedbackType',
  'complaintSubType',
  'processingTimeMillis',
  'delayType',
  'expirationTime',
  'action',
  'by',
  'source',
  'provider',
  'linkNumber',
  'machine',
  'recipients',
];

/**
 * No parameter: a plan that was made for this one list would look so much cheaper than one for any that PostgreSQL made a new
 * one for each call, which costs more than running it.
 */
const keptKeys = Prisma.raw(`'{${kept.join(',')}}'::text[]`);

/** Whom it is about, by their places; what was said of them goes. */
const keptPlaces = (recipients: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_agg(jsonb_build_object('recipient', place)), '[]')
  FROM jsonb_path_query(${recipients}, '$[*].recipient') AS place)`;

/** The detail of an event without what could tell who it was about. */
export const keptDetail = (detail: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT coalesce(jsonb_object_agg(d.key, CASE WHEN d.key = 'recipients' THEN ${keptPlaces(Prisma.sql`d.value`)} ELSE d.value END), '{}')
  FROM jsonb_each(${detail}) AS d WHERE d.key = ANY(${keptKeys}))`;
