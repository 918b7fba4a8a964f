import type { BlockRole, FieldBlock } from "../model/field-block.ts";
import type { BlockCondition } from "./rule.ts";

/** Which of many listeners a field block is for, by the conditions they name. Few sets of bits are ever met, so what was found for one
 *  is kept. */
export class BlockListeners<Listener> {
  readonly #conditions: readonly (readonly [Listener, readonly BlockCondition[] | undefined])[];
  /** All the bits that any condition asks for. */
  readonly #bits: number = 0;
  readonly #values: number = 0;
  readonly #known = new Map<string, Map<number, Map<number, readonly Listener[]>>>();
  #sets = 0;
  /** What was asked last, by side and role. */
  readonly #last = { client: lasts<Listener>(), server: lasts<Listener>() };

  /** @param conditions In the order they are called; without a condition for every block. */
  constructor(conditions: readonly (readonly [Listener, BlockCondition | readonly BlockCondition[] | undefined])[]) {
    this.#conditions = conditions.map(([listener, when]) => [listener, when === undefined || isList(when) ? when : [when]]);
    for (const [, all = []] of this.#conditions) {
      for (const { bits = 0, values = 0, without = 0 } of all) {
        this.#bits |= bits;
        this.#values |= values | without;
      }
    }
  }

  of({ from, role, decoded, endStream }: FieldBlock): readonly Listener[] {
    const bits = (decoded?.bits ?? 0) & this.#bits;
    const values = (decoded?.valueBits ?? 0) & this.#values;
    const lasts = from === "client" ? this.#last.client : this.#last.server;
    const last = lastOf(lasts, role);
    if (last.bits !== bits || last.values !== values || last.ends !== endStream) {
      last.listeners = this.#find(from, role, bits, values, endStream);
      last.ends = endStream;
      last.bits = bits;
      last.values = values;
    }
    return last.listeners;
  }

  #find(from: FieldBlock["from"], role: FieldBlock["role"], bits: number, values: number, ends: boolean): readonly Listener[] {
    const key = `${from} ${role} ${ends}`;
    const known = this.#known.get(key)?.get(bits)?.get(values);
    if (known !== undefined) return known;
    const meets = (when: BlockCondition): boolean =>
      (when.from === undefined || when.from === from) &&
      (when.roles === undefined || when.roles.includes(role)) &&
      (when.ends === undefined || ends) &&
      (when.bits === undefined || (bits & when.bits) !== 0) &&
      (when.values === undefined || (values & when.values) !== 0) &&
      (values & (when.without ?? 0)) === 0;
    const found = this.#conditions.filter(([, all]) => all === undefined || all.some(meets)).map(([listener]) => listener);
    if (++this.#sets > SETS) {
      this.#known.clear();
      this.#sets = 0;
    }
    const ofKey = entry(this.#known, key, () => new Map<number, Map<number, readonly Listener[]>>());
    entry(ofKey, bits, () => new Map<number, readonly Listener[]>()).set(values, found);
    return found;
  }
}

class Last<Listener> {
  bits = -1;
  values = 0;
  ends = false;
  listeners: readonly Listener[] = [];
}

const lasts = <Listener>(): Record<BlockRole, Last<Listener>> => ({
  request: new Last(),
  "request-trailers": new Last(),
  interim: new Last(),
  response: new Last(),
  "response-trailers": new Last(),
  promise: new Last(),
  unknown: new Last(),
});

// Each role by its own name: a name that varies is looked up anew each time.
function lastOf<Listener>(lasts: Record<BlockRole, Last<Listener>>, role: BlockRole): Last<Listener> {
  switch (role) {
    case "request":
      return lasts.request;
    case "response":
      return lasts.response;
    case "response-trailers":
      return lasts["response-trailers"];
    default:
      return lasts[role];
  }
}

const isList = (when: BlockCondition | readonly BlockCondition[]): when is readonly BlockCondition[] => Array.isArray(when);

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

// That are kept: hostile blocks have more.
const SETS = 1024;
