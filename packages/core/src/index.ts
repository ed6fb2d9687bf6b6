export * from './delivery/provider-outcome.ts';
export * from './delivery/renderer.ts';
