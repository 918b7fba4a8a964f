// Search in what is ordered.

/** How many of the first ones (from `start`) pass; those that pass come first. */
export function upper<T>(
  list: { readonly length: number; readonly [i: number]: T },
  passes: (value: T) => boolean,
  start = 0,
): number {
  let [low, high] = [start, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(list[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
