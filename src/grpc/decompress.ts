import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";

/** Whether a message decompresses with a `grpc-encoding`; `unknown` for algorithms that are not at hand, and for results that are too
 *  long to look at. */
export function decompresses(message: Uint8Array, encoding: string): "yes" | "no" | "unknown" {
  switch (encoding) {
    case "gzip":
      return attempt(gunzipSync, message);
    case "deflate": {
      // compression.md means zlib (RFC 1950); bare deflate (RFC 1951) is an old misunderstanding that receivers put up with.
      const zlib = attempt(inflateSync, message);
      return zlib === "no" ? attempt(inflateRawSync, message) : zlib;
    }
    default:
      return "unknown";
  }
}

function attempt(decode: typeof gunzipSync, message: Uint8Array): "yes" | "no" | "unknown" {
  try {
    decode(message, { maxOutputLength: MAX_OUTPUT });
    return "yes";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // zlib throws nothing else
    return code === "ERR_BUFFER_TOO_LARGE" ? "unknown" : "no";
  }
}

const MAX_OUTPUT = 4 << 20;
