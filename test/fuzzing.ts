/** `npm run fuzz`: the same properties, exhaustively or many times over. Without it a seeded sample, so that the suite stays quick. */
export const fuzzing = process.env["FUZZ"] !== undefined;

/** How many runs of a property, where the suite takes `usual`. */
export const runs = (usual: number): number => (fuzzing ? usual * 50 : usual);

/** The seed of a property: fixed in the suite, another one each time when fuzzing (it is printed where a run fails). */
export const seed = fuzzing ? Date.now() & 0x7fffffff : 1;

/** The same where the suite has a seed of its own. */
export const seedOr = (own: number): number => (fuzzing ? seed : own);
