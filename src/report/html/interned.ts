/** Values by index, equal ones once. Those it begins with have the first indexes. */
export class Interned<Value> {
  readonly list: Value[] = [];
  readonly #index = new Map<string, number>();
  readonly #key: (value: Value) => string;

  constructor(key: (value: Value) => string, first: readonly Value[]) {
    this.#key = key;
    for (const value of first) this.index(value);
  }

  index(value: Value): number {
    const key = this.#key(value);
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const index = this.list.push(value) - 1;
    this.#index.set(key, index);
    return index;
  }
}
