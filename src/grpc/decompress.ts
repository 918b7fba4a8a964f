import { zlib } from "../platform/zlib.ts";
import { block, unsnappy } from "./snappy.ts";
import { unzstd } from "./zstd.ts";

/** What a message decompresses to; `damaged`: it does not; `large`: to more than `limit` octets; `unknown`: the algorithm is not at hand. */
export type Decompressed = Uint8Array | "damaged" | "large" | "unknown";

/** @param encoding The `grpc-encoding`, or what another protocol has in its place. */
export function decompress(message: Uint8Array, encoding: string, limit: number): Decompressed {
  switch (encoding) {
    case "identity":
      return message;
    case "gzip":
      return attempt(zlib().gunzipSync, message, limit);
    // A content-encoding that Connect may have (RFC 7932).
    case "br":
      return attempt(zlib().brotliDecompressSync, message, limit);
    case "deflate": {
      // doc/compression means zlib (RFC 1950); bare deflate (RFC 1951) is an old misunderstanding that receivers put up with.
      const whole = attempt(zlib().inflateSync, message, limit);
      return whole === "damaged" ? attempt(zlib().inflateRawSync, message, limit) : whole;
    }
    case "snappy":
    case "x-snappy-framed":
      // The framing of snappy-java is another one.
      return isJavaFraming(message) ? "unknown" : unsnappy(message, limit);
    case "snappy-block":
      return block(message, limit);
    case "zstd": {
      const result = unzstd(message, limit);
      return result === "dictionary" ? "unknown" : result;
    }
    default:
      return "unknown";
  }
}

/** Whether a message decompresses; `unknown` too for results that are too long to look at. */
export function decompresses(message: Uint8Array, encoding: string): "yes" | "no" | "unknown" {
  const result = decompress(message, encoding, MAX_OUTPUT);
  return result === "damaged" ? "no" : typeof result === "string" ? "unknown" : "yes";
}

function attempt(decode: ReturnType<typeof zlib>["gunzipSync"], message: Uint8Array, limit: number): Decompressed {
  try {
    return decode(message, { maxOutputLength: limit });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // zlib throws nothing else
    return code === "ERR_BUFFER_TOO_LARGE" ? "large" : "damaged";
  }
}

const isJavaFraming = (message: Uint8Array): boolean =>
  message[0] === 0x82 && Buffer.from(message.subarray(1, 8)).toString("latin1") === "SNAPPY\0";

const MAX_OUTPUT = 4 << 20;
