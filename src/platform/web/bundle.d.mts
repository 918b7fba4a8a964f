import type { BuildOptions, BuildResult, Plugin } from "esbuild";

/** What bundles of both platforms are made with. */
export const eitherPlatform: { define: Record<string, string>; plugins: Plugin[] };

/** @param outdir Where what bundles of both platforms import goes: one file for each. */
export function buildPlatforms(outdir: string): Promise<void>;

/** @param options Entries, and where they go. */
export function bundleForWeb(options: BuildOptions): Promise<BuildResult>;
