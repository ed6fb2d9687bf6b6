import type { SpawnedNode } from '@postroom/testkit';

/** A worker, and where it serves its metrics. */
export type Worker = { readonly process: SpawnedNode; readonly metricsUrl: string };
