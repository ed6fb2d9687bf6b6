import type { Compat } from '@postroom/process';
import type { Door } from './door.ts';
import { type PostmarkDoorDeps, postmarkDoor } from './postmark/postmark-door.ts';
import { type ResendDoorDeps, resendDoor } from './resend/resend-door.ts';

type DoorDeps = Omit<ResendDoorDeps, 'isAtRoot'> & PostmarkDoorDeps;

/** The doors that an installation has. Resend's routes are below `/resend` in any case, Postmark's at the root or nowhere. */
export const doorsOf = (compat: readonly Compat[], deps: DoorDeps): readonly Door[] => [
  resendDoor({ ...deps, isAtRoot: compat.includes('resend') }),
  ...(compat.includes('postmark') ? [postmarkDoor(deps)] : []),
];
