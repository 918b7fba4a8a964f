import type * as Crypto from "node:crypto";

export type { CipherGCMTypes, KeyObject } from "node:crypto";

let loaded: typeof Crypto | undefined;

/** Loaded with the first call: a start is shorter without it. */
export const crypto = (): typeof Crypto => (loaded ??= process.getBuiltinModule("node:crypto"));
