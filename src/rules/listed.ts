/** Stream ids for a message: the first ten, and how many more. */
export function listed(ids: readonly number[]): string {
  const shown = ids.slice(0, SHOWN).join(", ");
  return ids.length > SHOWN ? `${shown} and ${ids.length - SHOWN} more` : shown;
}

const SHOWN = 10;
