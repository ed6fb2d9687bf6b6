/** One resource of one workspace; what another workspace owns counts as missing. */
export type ResourceRef = { readonly workspaceId: string; readonly id: string };
