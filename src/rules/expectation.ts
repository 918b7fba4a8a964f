/** What the text asks the peer to answer. */
export interface Expectation {
  readonly scope: "connection" | "stream";
  /** Error codes the text demands or names, the first one first; empty: it names no reaction. */
  readonly codes: readonly string[];
  /** The receiver may, but need not, treat it as an error. */
  readonly optional?: boolean;
  /** The receiver must ignore it. */
  readonly ignore?: boolean;
  /** No violation: nothing answers it. Where its own frame is the answer to one, it is reported there and left out. */
  readonly none?: boolean;
  /** A malformed message: a final 4xx is an answer too (RFC 9113 8.1.1). */
  readonly malformed?: boolean;
}

/** The text asks for an answer, and says which. */
export const isDue = ({ codes, optional, ignore, none }: Expectation): boolean =>
  codes.length > 0 && optional !== true && ignore !== true && none !== true;
