// What a listener keeps of each connection. Not a Map: a table that a Map threw away leads to the one it holds now, so that states outlive
// many collections of young garbage.

/** States by the number of their connection. */
export class ByConnection<State> {
  #slots: (Slot<State> | undefined)[] = new Array<Slot<State> | undefined>(FEWEST).fill(undefined);
  #size = 0;

  get(id: number): State | undefined {
    const slots = this.#slots;
    for (let slot = slots[id & (slots.length - 1)]; slot !== undefined; slot = slot.next) if (slot.id === id) return slot.state;
    return undefined;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** There is none of this connection. */
  add(id: number, state: State): void {
    if (this.#size === this.#slots.length) this.#grow();
    put(new Slot(id, state), this.#slots);
    this.#size++;
  }

  delete(id: number): void {
    const slots = this.#slots;
    let before: Slot<State> | undefined;
    let slot = slots[id & (slots.length - 1)];
    while (slot !== undefined && slot.id !== id) {
      before = slot;
      slot = slot.next;
    }
    if (slot === undefined) return;
    if (before === undefined) slots[id & (slots.length - 1)] = slot.next;
    else before.next = slot.next;
    slot.next = undefined;
    this.#size--;
  }

  // Numbers follow one another, so they fill the places evenly.
  #grow(): void {
    const old = this.#slots;
    const slots = new Array<Slot<State> | undefined>(old.length * 2).fill(undefined);
    for (const first of old) {
      for (let slot = first; slot !== undefined; ) {
        const { next } = slot;
        put(slot, slots);
        slot = next;
      }
    }
    this.#slots = slots;
  }
}

class Slot<State> {
  readonly id: number;
  readonly state: State;
  next: Slot<State> | undefined = undefined;

  constructor(id: number, state: State) {
    this.id = id;
    this.state = state;
  }
}

function put<State>(slot: Slot<State>, slots: (Slot<State> | undefined)[]): void {
  const at = slot.id & (slots.length - 1);
  slot.next = slots[at];
  slots[at] = slot;
}

// Powers of two.
const FEWEST = 64;
