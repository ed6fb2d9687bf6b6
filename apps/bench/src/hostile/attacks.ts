import type { Attack } from './attack.ts';
import { bodyAttacks } from './bodies.ts';
import { connectionAttacks } from './connections.ts';
import { templateAttacks } from './templates.ts';

/** Every attack, by name. */
export const attacks: readonly Attack[] = [...connectionAttacks, ...bodyAttacks, ...templateAttacks];
