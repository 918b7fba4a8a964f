/** Misuse or an I/O failure: the only thing h2lint throws on purpose. The message is one line for a person. */
export class H2lintError extends Error {
  readonly code: H2lintErrorCode;

  constructor(code: H2lintErrorCode, message: string) {
    super(message);
    this.name = "H2lintError";
    this.code = code;
  }
}

/** What went wrong, for programs. */
export type H2lintErrorCode = "usage" | "not-found" | "unreadable" | "unwritable" | "unrecognised" | "unsupported" | "config";
