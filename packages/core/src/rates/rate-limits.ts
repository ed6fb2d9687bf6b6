/** What became of mail in the last 24 hours; what the provider refused by itself is in none of them. */
export type RateCounts = {
  readonly delivered: number;
  readonly bounced: number;
  readonly complained: number;
};

/** Parts of the mail, from 0 to 1, at which a rate is too high. */
type Bound = { readonly bounceRate: number; readonly complaintRate: number };

/** From when on rates are told of and acted upon. */
export type RateLimits = {
  /** With fewer deliveries nothing is concluded. */
  readonly leastDeliveries: number;
  readonly warning: Bound;
  readonly pause: Bound;
};

/** How the rates of a workspace, a sender profile or a domain are. */
export type RateState = 'ok' | 'warning' | 'paused';

const part = (of: number, all: number): number => (all === 0 ? 0 : of / all);

/** The part of what was delivered or bounced that bounced, and the part of what was delivered that was complained about. */
export function ratesOf({ delivered, bounced, complained }: RateCounts): Bound {
  return {
    bounceRate: part(bounced, delivered + bounced),
    // Complaints may be about mail that was delivered before.
    complaintRate: Math.min(1, part(complained, Math.max(delivered, complained))),
  };
}

/**
 * What counts come to. Of few deliveries nothing is concluded, but that so many bounces are too many by themselves: a bought
 * list of which next to nothing arrives would never be judged. Pure.
 */
export function judgeCounts(counts: RateCounts, limits: RateLimits): RateState {
  const { leastDeliveries, pause, warning } = limits;
  if (counts.delivered < leastDeliveries && counts.bounced < leastDeliveries) return 'ok';
  const rates = ratesOf(counts);
  const reaches = ({ bounceRate, complaintRate }: Bound) =>
    (counts.bounced > 0 && rates.bounceRate >= bounceRate) ||
    (counts.complained > 0 && rates.complaintRate >= complaintRate);
  if (reaches(pause)) return 'paused';
  return reaches(warning) ? 'warning' : 'ok';
}
