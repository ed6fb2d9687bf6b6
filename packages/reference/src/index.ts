export * from './document.ts';
export * from './example-ids.ts';
export * from './model.ts';
export * from './route-pattern.ts';
