// Differences of neighbours are short where the numbers are long and rise.

/** @returns Each number less the one before it; the first one as it is. */
export function differences(values: readonly number[]): number[] {
  let before = 0;
  return values.map((value) => {
    const difference = value - before;
    before = value;
    return difference;
  });
}

/** The reverse. */
export function sums(values: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) out[i] = sum += values[i]!;
  return out;
}

/** As `differences`, for each of two interleaved series on its own. `kinds`: the lowest bit says which. */
export function differencesBySide(values: readonly number[], kinds: readonly number[]): number[] {
  const before: [number, number] = [0, 0];
  return values.map((value, i) => {
    const side = (kinds[i]! & 1) as 0 | 1;
    const difference = value - before[side];
    before[side] = value;
    return difference;
  });
}

/** The reverse. */
export function sumsBySide(values: readonly number[], kinds: readonly number[]): Float64Array {
  const out = new Float64Array(values.length);
  const sum: [number, number] = [0, 0];
  for (let i = 0; i < values.length; i++) out[i] = sum[(kinds[i]! & 1) as 0 | 1] += values[i]!;
  return out;
}
