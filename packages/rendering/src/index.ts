export { helperNames } from './helpers/helpers.ts';
export { rewriteLinks } from './links/rewrite-content.ts';
export { createMjmlCompiler, type MjmlCompiler } from './mjml/compile-mjml.ts';
export { type ClosableRenderer, createRenderer, type RendererOptions } from './render/renderer.ts';
export { checkTemplateInTurns as checkTemplate } from './template/check-template.ts';
export { missingVariables } from './template/missing-variables.ts';
export { createProvidedCheck } from './template/reads-provided.ts';
