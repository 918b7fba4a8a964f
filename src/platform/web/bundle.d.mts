import type { BuildOptions, BuildResult } from "esbuild";

/** @param options Entries, and where they go. */
export function bundleForWeb(options: BuildOptions): Promise<BuildResult>;
