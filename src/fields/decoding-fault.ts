/** What is wrong with an encoded field block (RFC 7541; every one is a connection error COMPRESSION_ERROR, RFC 9113 4.3). */
export type HpackFault =
  | "index-zero"
  | "index-out-of-range"
  | "integer-overflow"
  | "string-too-long"
  | "block-truncated"
  | "huffman-eos"
  | "huffman-padding-long"
  | "huffman-padding-not-eos"
  | "table-size-update-position"
  | "table-size-update-too-large";
