import { fileURLToPath } from 'node:url';

/** The longest turns of a process's event loop in ms of CPU time, and the most memory in MiB, since they were last asked for. */
export type Turns = {
  readonly longestTurnMs: number;
  readonly secondTurnMs: number;
  readonly peakRssMb: number;
};

/** The environment of a process whose turns are measured, and told on this port of 127.0.0.1. */
export const measuredEnv = (port: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import ${fileURLToPath(new URL('./turn-probe.mjs', import.meta.url))}`,
  PROBE_PORT: String(port),
});

const ask = async (port: number, path = ''): Promise<Readonly<Record<string, number>>> =>
  JSON.parse(await (await fetch(`http://127.0.0.1:${port}/${path}`)).text());

/** What the process with the probe has measured since the last time; it begins anew. */
export async function takeTurns(port: number): Promise<Turns> {
  const { longestTurnMs = 0, secondTurnMs = 0, peakRss = 0 } = await ask(port);
  return { longestTurnMs, secondTurnMs, peakRssMb: peakRss / 1024 / 1024 };
}

/** How long decoding and parsing the largest body takes that process here and now, in ms of CPU time. */
export async function takeFloorMs(port: number): Promise<number> {
  const { floorMs = 0 } = await ask(port, 'floor');
  return floorMs;
}
