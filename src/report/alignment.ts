// Two sequences side by side: a longest common subsequence, where how alike two members are decides which of several.

/** One row: a member of each, or of one alone. */
export type Row<T> = readonly [bad: T | undefined, good: T | undefined];

/** @param likeness Of two members: above 0 they may stand in one row, the more the better; 0 they may not.
 *  Takes time and room as the product of the lengths, so both should be short: see what the callers keep. */
export function align<T>(bad: readonly T[], good: readonly T[], likeness: (a: T, b: T) => number): Row<T>[] {
  const width = good.length + 1;
  // The best sum of what is left from (i, j) on.
  const best = new Float64Array((bad.length + 1) * width);
  const alike = new Float64Array(bad.length * good.length);
  for (let i = bad.length - 1; i >= 0; i--) {
    for (let j = good.length - 1; j >= 0; j--) {
      const like = likeness(bad[i]!, good[j]!);
      alike[i * good.length + j] = like;
      const skip = Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
      best[i * width + j] = like > 0 ? Math.max(skip, like + best[(i + 1) * width + j + 1]!) : skip;
    }
  }
  const rows: Row<T>[] = [];
  let i = 0;
  let j = 0;
  while (i < bad.length || j < good.length) {
    const here = best[i * width + j]!;
    const like = i < bad.length && j < good.length ? alike[i * good.length + j]! : 0;
    if (like > 0 && here === like + best[(i + 1) * width + j + 1]!) rows.push([bad[i++], good[j++]]);
    else if (i < bad.length && here === best[(i + 1) * width + j]!) rows.push([bad[i++], undefined]);
    else rows.push([undefined, good[j++]]);
  }
  return rows;
}
