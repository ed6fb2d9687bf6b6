import { version } from '../version.ts';
import { collectDefaultMetrics, Gauge, type Registry } from './metrics.ts';

/** Registers what every process tells of itself: its version, memory, CPU time and how late its event loop is. */
export function registerProcess(registry: Registry, service: 'api' | 'worker'): void {
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'postroom_build_info',
    help: '1, with the version of Postroom and of Node, and which process it is.',
    labelNames: ['service', 'version', 'node'],
    registers: [registry],
  });
  build.set({ service, version, node: process.versions.node }, 1);
}
