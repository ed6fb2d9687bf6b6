// Neither package brings types.
declare module 'mjml-core' {
  const mjml: unknown;
  export default mjml;
}
declare module 'mjml-preset-core' {
  const preset: unknown;
  export default preset;
}
