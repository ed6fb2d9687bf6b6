export * from './address.ts';
export * from './email-send.ts';
export * from './error.ts';
export * from './fields.ts';
export * from './items-batch.ts';
export * from './json-value.ts';
export * from './resources.ts';
export * from './scopes.ts';
