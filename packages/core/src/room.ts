/** Room for so much, which owners share. */
export type Room = {
  /** Takes room for an owner; false: there is none for so much more. */
  take(owner: string, amount: number): boolean;
  giveBack(owner: string, amount: number): void;
};

/**
 * Opens room of which no owner has more than is left free: one by itself half of all, each of two a third. So whoever comes
 * anew finds some, however many have all that they may have (the dynamic threshold of Choudhury and Hahne, 1998).
 */
export function createRoom(size: number): Room {
  const taken = new Map<string, number>();
  let free = size;
  const of = (owner: string) => taken.get(owner) ?? 0;
  const add = (owner: string, amount: number) => {
    const left = of(owner) + amount;
    free -= amount;
    if (left === 0) taken.delete(owner);
    else taken.set(owner, left);
  };
  return {
    take: (owner, amount) => {
      if (of(owner) + amount > free - amount) return false;
      add(owner, amount);
      return true;
    },
    giveBack: (owner, amount) => add(owner, -amount),
  };
}
