import { RateStore, TidyStore } from '@postroom/db';
import { type EventBase, eventStoreOf, judgeDepsOf } from '../events/event-deps.ts';
import { runUpkeep } from './run-upkeep.ts';

/** Upkeep is so much rarer than a sweep. */
const sweepsPerUpkeep = 30;

/** Looks after rates, late events and what has expired, until the process stops. */
export function startUpkeep(base: EventBase): void {
  const { config, database, errors, closeStack } = base;
  const upkeep = runUpkeep(
    {
      rates: new RateStore(database.prisma),
      judge: judgeDepsOf(base),
      events: eventStoreOf(base),
      tidy: new TidyStore(database.prisma),
    },
    { intervalMs: sweepsPerUpkeep * config.SWEEP_INTERVAL_MS, errors },
  );
  closeStack.defer('upkeep', () => upkeep.stop());
}
