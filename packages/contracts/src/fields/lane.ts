/** The lanes of sends, the one that goes first before the other. */
export const sendLanes = ['transactional', 'marketing'] as const;
export type SendLane = (typeof sendLanes)[number];
