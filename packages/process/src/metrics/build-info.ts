import { version } from '../version.ts';
import { collectDefaultMetrics, Gauge, type Registry } from './metrics.ts';

/** Gauges with the ending of counters, which `promtool check metrics` refuses; each has another by its types. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;

/** Registers what every process tells of itself: its version, memory, CPU time and how late its event loop is. */
export function registerProcess(registry: Registry, service: 'api' | 'smtp' | 'worker'): void {
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const build = new Gauge({
    name: 'postroom_build_info',
    help: '1, with the version of Postroom and of Node, and which process it is.',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  });
  build.set({ service, version, node: process.versions.node }, 1);
}
