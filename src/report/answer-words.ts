// Verdicts, and what is missing where nothing is proven, in words.
export const VERDICTS: Readonly<Record<string, string>> = {
  "as-specified": "what is due",
  "other-code": "another answer than the one due",
  escalated: "more than is due",
};

export const NEEDS: Readonly<Record<string, string>> = {
  start: "the start of the connection was not captured",
  start2: "the start of the connection was not captured in both directions",
  "no-gap": "octets before it are missing",
  "no-gap2": "octets are missing",
  borders: "frame borders are a guess since octets were lost",
  seen: "the start of the stream was not captured",
  hpack: "not all fields are known",
  settings: "settings may be missing",
  acks: "there are no TCP acknowledgments to tell what was known",
  body: "the message is not whole",
  end: "the capture ends too soon",
  proto: "the schema is not known",
  roles: "who is the client is a guess",
  processed: "it is likely, not certain, that it had been read by then",
  capture: "the log does not show the frames",
};
