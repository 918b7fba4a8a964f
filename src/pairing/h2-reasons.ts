/** What Rust h2 calls the error codes, as its `Display` has them, by code. */
export const h2Reasons: readonly string[] = [
  "not a result of an error",
  "unspecific protocol error detected",
  "unexpected internal error encountered",
  "flow-control protocol violated",
  "settings ACK not received in timely manner",
  "received frame when stream half-closed",
  "frame with invalid size",
  "refused stream before processing any application logic",
  "stream no longer needed",
  "unable to maintain the header compression context",
  "connection established in response to a CONNECT request was reset or abnormally closed",
  "detected excessive load generating behavior",
  "security properties do not meet minimum requirements",
  "endpoint requires HTTP/1.1",
];
