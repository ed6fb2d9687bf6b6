/** What a key may do; `full` stands for all of them. */
export const scopes = [
  'emails:write',
  'emails:read',
  'templates:write',
  'templates:read',
  'profiles:write',
  'profiles:read',
  'admin',
] as const;

export type Scope = (typeof scopes)[number];

/** What a key that is made on the command line may be given beside: the numbers of all workspaces, and nothing else. */
export const operatorScope = 'operator';

/** What a route may ask of a key. */
export type RouteScope = Scope | typeof operatorScope;

/** What a key may be given. */
export const grantableScopes = [...scopes, 'full'] as const;
export type GrantableScope = (typeof grantableScopes)[number];

/** Whether a key with these scopes may give another key this one: no key gives more than it has, and `full` is all. */
export const mayGrant = (granted: readonly string[], scope: GrantableScope): boolean =>
  granted.includes('full') || granted.includes(scope);

/** What a key may be found to have. */
export const shownScopes = [...grantableScopes, operatorScope] as const;
export type ShownScope = (typeof shownScopes)[number];

/** Whether a key with these scopes may do what needs `required`. `full` is all of one workspace, and no operator of all. */
export function allows(granted: readonly string[], required: RouteScope): boolean {
  return granted.includes(required) || (required !== operatorScope && granted.includes('full'));
}
