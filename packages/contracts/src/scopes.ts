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

/** What a key may be given. */
export const grantableScopes = [...scopes, 'full'] as const;
export type GrantableScope = (typeof grantableScopes)[number];

/** Whether a key with these scopes may give another key this one: no key gives more than it has, and `full` is all. */
export const mayGrant = (granted: readonly string[], scope: GrantableScope): boolean =>
  granted.includes('full') || granted.includes(scope);

/** Whether a key with these scopes may do what needs `required`. */
export function allows(granted: readonly string[], required: Scope): boolean {
  return granted.includes('full') || granted.includes(required);
}
