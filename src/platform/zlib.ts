export { brotliDecompressSync, constants, crc32, createInflateRaw, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
