import type { Plugin } from "esbuild";

/** Leaves out of the bundle what the server never runs. */
export const trimmedSdk: Plugin;
