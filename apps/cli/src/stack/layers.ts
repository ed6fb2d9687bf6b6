import { type Kept, keepRunning, type Start } from './supervisor.ts';

/** The parts of a stack, in the order in which they end: what needs a server goes before the server. */
const stopOrder = ['smtp', 'worker', 'api', 'ses', 'redis', 'postgres'] as const;

/** One kind of part. */
type Layer = (typeof stopOrder)[number];

/** All processes of a stack, each kept running until the end. */
export type Layers = {
  /** Starts a process and keeps it running; rejects when it does not even start. */
  keep(layer: Layer, name: string, start: Start): Promise<void>;
  /** The processes that run now, by their names. */
  pidsOf(layer: Layer): number[];
  /** Ends all of them, layer by layer; once `hurry` is aborted, without letting them finish. */
  stopAll(hurry: AbortSignal): Promise<void>;
};

/** Makes an empty set of layers; an aborted `signal` makes what is just starting give up. */
export function createLayers(options: {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Hears that a process died or runs again. */
  readonly onChange: () => void;
}): Layers {
  const kept: { readonly layer: Layer; readonly part: Kept }[] = [];
  const partsOf = (layer: Layer) =>
    kept
      .filter((entry) => entry.layer === layer)
      .map(({ part }) => part)
      .sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
  return {
    async keep(layer, name, start) {
      kept.push({ layer, part: await keepRunning({ ...options, name, start }) });
    },
    pidsOf: (layer) => partsOf(layer).flatMap((part) => part.pid() ?? []),
    async stopAll(hurry) {
      const kill = () => {
        for (const { part } of kept) part.kill();
      };
      if (hurry.aborted) kill();
      hurry.addEventListener('abort', kill);
      for (const layer of stopOrder) await Promise.all(partsOf(layer).map((part) => part.stop()));
      hurry.removeEventListener('abort', kill);
    },
  };
}
