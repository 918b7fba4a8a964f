/** The text that both sides were written for. RFC 9113 dropped the priorities of RFC 7540; whoever keeps to that text enforces them. */
export type Profile = "rfc9113" | "rfc7540";
