/** The families of rules in the order of judgement: of two findings on one frame the first hides the other, unless that is graver. */
export const families = [
  "preface",
  "upgrade",
  "frame",
  "continuation",
  "settings",
  "ping",
  "goaway",
  "hpack",
  "stream-id",
  "stream",
  "flow",
  "headers",
  "push",
  "priority",
  "priority-update",
  "ext",
  "tls",
  "grpc",
  "abuse",
  "health",
] as const;

export type Family = (typeof families)[number];

/** Of a rule, by its id. A user's own may have any. */
export const familyOf = (id: string): string => id.slice(0, id.indexOf("/"));
