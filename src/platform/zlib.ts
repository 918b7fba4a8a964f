export {
  brotliDecompressSync,
  constants as zlibConstants,
  crc32,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from "node:zlib";
