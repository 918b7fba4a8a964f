/** What the JDK's HttpClient calls the error codes, by code. */
export const jdkReasons: readonly string[] = [
  "Not an error",
  "Protocol error",
  "Internal error",
  "Flow control error",
  "Settings timeout",
  "Stream is closed",
  "Frame size error",
  "Stream not processed",
  "Stream cancelled",
  "Compression state not updated",
  "TCP Connection error on CONNECT",
  "Processing capacity exceeded",
  "Negotiated TLS parameters not acceptable",
  "Use HTTP/1.1 for request",
];
