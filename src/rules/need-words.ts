import type { Need } from "./finding.ts";

/** What is missing where a need of a rule is not met. */
export const LACKS: Readonly<Record<Need, string>> = {
  start: "the start of the connection was not captured",
  start2: "the start of the connection was not captured in both directions",
  "no-gap": "bytes before it are missing",
  "no-gap2": "bytes are missing",
  borders: "frame borders are a guess since bytes were lost",
  seen: "the start of the stream was not captured",
  hpack: "not all fields are known",
  settings: "settings may be missing",
  acks: "there are no TCP acknowledgments to show what had arrived",
  body: "the message is incomplete",
  end: "the capture ends too soon",
  proto: "the schema is not known",
  roles: "which side is the client is a guess",
  processed: "it had probably been read by then, but that is not certain",
  capture: "the log does not show the frames",
  lines: "the log may leave out lines that make it right",
};
