import { v7 } from 'uuid';

/** A new UUID v7 (RFC 9562 section 5.7): ids sort by time, and new rows land at the end of the primary key. */
export const newId = (): string => v7();
