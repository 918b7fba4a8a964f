import type * as Zlib from "node:zlib";

let loaded: typeof Zlib | undefined;

/** Loaded with the first call: a start is shorter without it. */
export const zlib = (): typeof Zlib => (loaded ??= process.getBuiltinModule("node:zlib"));
