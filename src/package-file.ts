/** A file of this package. @param path From the package's root. The bundles that hold this file stand as deep below the root as it does. */
export const packageFile = (path: string): URL => new URL(`../${path}`, import.meta.url);
