import type { Socket } from 'node:net';
import { placeOf } from '@postroom/core';

export type CrowdLimits = {
  readonly maxConnections: number;
  readonly maxPerAddress: number;
  /** Told of each connection that is not let in because there are too many. */
  readonly onRefused?: () => void;
};

/**
 * The connections that stand, of all ports, from the moment at which each is accepted: before TLS, and before a proxy has said
 * whose it is. Those of one place, which for IPv6 is the half of an address that a network gives a house, are bounded as well.
 */
export class Crowd {
  /** With its place; null: its proxy has not said it yet. */
  readonly #standing = new Map<Socket, string | null>();
  readonly #perPlace = new Map<string, number>();
  readonly #limits: CrowdLimits;

  constructor(limits: CrowdLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#standing.size;
  }

  /** Lets a connection in until it is closed; false: there are as many as there may be. */
  enter(socket: Socket): boolean {
    if (this.size >= this.#limits.maxConnections) return this.#refuse();
    this.#standing.set(socket, null);
    socket.once('close', () => this.leave(socket));
    return true;
  }

  /** Counts a connection to the place where it is from; false: there are as many from there as there may be, without it. */
  place(socket: Socket, address = 'unknown'): boolean {
    if (this.#standing.get(socket) !== null) return false;
    const place = placeOf(address.replace(/^::ffff:(?=\d+\.)/i, ''));
    const count = this.#perPlace.get(place) ?? 0;
    if (count >= this.#limits.maxPerAddress) return this.#refuse();
    this.#standing.set(socket, place);
    this.#perPlace.set(place, count + 1);
    return true;
  }

  leave(socket: Socket): void {
    const place = this.#standing.get(socket) ?? null;
    this.#standing.delete(socket);
    if (place === null) return;
    const left = (this.#perPlace.get(place) ?? 0) - 1;
    if (left > 0) this.#perPlace.set(place, left);
    else this.#perPlace.delete(place);
  }

  #refuse(): false {
    this.#limits.onRefused?.();
    return false;
  }
}
