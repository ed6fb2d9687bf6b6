/** Seconds' worth of its share of the rate that a worker has waiting for permits. */
const waitingSeconds = 0.3;

/** What BullMQ needs to end a job and to give out the next, in seconds. */
const betweenSeconds = 0.05;

/** What a send is thought to need beside its permit until one has ended, in seconds. */
const firstWorkSeconds = 0.2;

/** How much the newest send counts. */
const newestPart = 0.1;

/** How many sends a worker has in hand: few wait, so that what comes next is decided late, and none is missing. */
export type InHand = {
  /** A send was in hand for so many seconds, from before its claim until it was recorded. */
  lasted(seconds: number): void;
  /** One waited for its permit for so many of them. */
  waited(seconds: number): void;
  /** How many sends may be in hand, at `share` messages a second; one at the least. */
  most(share: number): number;
};

/** Begins to count. */
export function createInHand(maxInHand: number): InHand {
  let lastsSeconds = firstWorkSeconds;
  let waitsSeconds = 0;
  return {
    lasted: (seconds) => {
      lastsSeconds += newestPart * (seconds - lastsSeconds);
    },
    waited: (seconds) => {
      waitsSeconds += newestPart * (seconds - waitsSeconds);
    },
    most: (share) => {
      const workSeconds = Math.max(0, lastsSeconds - waitsSeconds) + betweenSeconds;
      return Math.max(1, Math.min(maxInHand, Math.ceil(share * (waitingSeconds + workSeconds))));
    },
  };
}
