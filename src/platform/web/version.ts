declare const H2LINT_VERSION: string;

/** The package's own version, as the build knows it. */
export const version: string = H2LINT_VERSION;
