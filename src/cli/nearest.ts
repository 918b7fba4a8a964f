/** The names that a misspelt one probably means, best first, three at most: a few letters differ, or a whole part of it is the same. */
export function nearest(word: string, names: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(word.length / 3));
  const tail = word.slice(word.indexOf("/") + 1);
  return names
    .map((name) => ({ name, far: distance(word, name) }))
    .filter(({ name, far }) => far <= most || (tail.length > 3 && name.includes(tail)))
    .sort((a, b) => a.far - b.far || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `; did you mean check?`, or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const like = nearest(word, names);
  return like.length === 0 ? "" : `; did you mean ${like.join(", ")}?`;
}

/** How many letters are to be added, removed, replaced, or exchanged with the next (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
