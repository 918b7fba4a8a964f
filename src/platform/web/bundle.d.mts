import type { BuildOptions, BuildResult, Plugin } from "esbuild";

/** What bundles of both platforms are made with; modules of the web are entries too. */
export const eitherPlatform: { entryPoints: Record<string, string>; define: Record<string, string>; plugins: Plugin[] };

/** @param outdir Where the modules that only Node takes go. */
export function buildNodePlatform(outdir: string): Promise<BuildResult>;

/** @param options Entries, and where they go. */
export function bundleForWeb(options: BuildOptions): Promise<BuildResult>;
