import { assertNever, type HeldBy, type HoldScope } from '@postroom/core';

/** A scope as it is stored and shown. */
export function scopeName(scope: HoldScope): string {
  switch (scope.kind) {
    case 'account':
      return 'account';
    case 'configuration_set':
      return `configuration_set:${scope.name}`;
    case 'sender_profile':
      return `sender_profile:${scope.id}`;
    default:
      return assertNever(scope);
  }
}

/** The scopes whose holds reach a send. */
export function scopesOf({ configurationSet, senderProfileId }: HeldBy): readonly string[] {
  return [
    'account',
    ...(configurationSet === null ? [] : [scopeName({ kind: 'configuration_set', name: configurationSet })]),
    ...(senderProfileId === null ? [] : [scopeName({ kind: 'sender_profile', id: senderProfileId })]),
  ];
}

/** What the sends of a held scope have in common. */
export type HeldPart = {
  readonly scope: string;
  readonly configurationSet: string | null;
  readonly senderProfileId: string | null;
};

/** Reads a stored scope; null: it is the account, or none that this version knows. */
export function heldPartOf(scope: string): HeldPart | null {
  const [, kind, name = ''] = /^(configuration_set|sender_profile):(.+)$/.exec(scope) ?? [];
  if (kind === 'configuration_set') return { scope, configurationSet: name, senderProfileId: null };
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name);
  return kind === 'sender_profile' && isId ? { scope, configurationSet: null, senderProfileId: name } : null;
}
