import type * as Net from "node:net";

let loaded: typeof Net | undefined;

/** Loaded with the first call: a start is shorter without it. */
export const net = (): typeof Net => (loaded ??= process.getBuiltinModule("node:net"));
