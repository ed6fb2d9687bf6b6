// Reads TypeScript in an MJML process that starts from source (tests, development). Never part of a build.
import { register } from 'tsx/esm/api';

register();
await import('./mjml-process.ts');
