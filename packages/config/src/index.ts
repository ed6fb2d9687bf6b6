export { ConfigError, parseEnv } from './parse-env.ts';
export { apiVariables, sharedVariables, wholeNumber, workerVariables } from './variables.ts';
