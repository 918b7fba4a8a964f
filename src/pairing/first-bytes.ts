// Where a frame should begin there is another protocol: libraries print its first bytes, or take three of them for a length.
import type { Side } from "../place.ts";
import { HTTP1, TLS } from "./sayings/saying.ts";

/** What the bytes are, and what that says. */
export interface FirstBytes {
  /** Hexadecimal, as Netty prints the first five. */
  readonly hex: string;
  /** The first three as a number: the length of a frame. */
  readonly lengths: readonly number[];
  readonly says: string;
  readonly rules: readonly string[];
  /** Which end reads them. */
  readonly side?: Side;
  readonly by: Side;
}

const numberOf = (text: string): number => Buffer.from(text, "latin1").readUIntBE(0, 3);

export const firstBytes: readonly FirstBytes[] = [
  {
    hex: "48545450",
    lengths: [numberOf("HTT")],
    says: "the bytes are HTTP/1: the server answered in HTTP/1.1, not in HTTP/2",
    rules: HTTP1,
    side: "client",
    by: "server",
  },
  {
    hex: "1503",
    lengths: [0x150300, 0x150301, 0x150302, 0x150303],
    says: "the bytes are a TLS alert: the server speaks TLS on this port, and the client does not",
    rules: TLS,
    side: "client",
    by: "server",
  },
  {
    hex: "1603",
    lengths: [0x160300, 0x160301, 0x160302, 0x160303],
    says: "the bytes begin a TLS handshake: the client speaks TLS on this port, and the server does not",
    rules: ["preface/client-spoke-tls", "preface/client-magic"],
    side: "server",
    by: "client",
  },
  {
    hex: "505249",
    lengths: [numberOf("PRI")],
    says: "the bytes are PRI, the beginning of a client's preface: it came twice, or HTTP/2 is inside HTTP/2",
    rules: ["preface/client-magic", "frame/too-large"],
    side: "server",
    by: "client",
  },
  {
    hex: "(?:47455420|504f5354|48454144|50555420)",
    lengths: ["GET", "POS", "HEA", "PUT"].map(numberOf),
    says: "the bytes are a request of HTTP/1: the client does not speak HTTP/2 on this port",
    rules: ["preface/client-magic"],
    side: "server",
    by: "client",
  },
  {
    hex: "0000000401",
    lengths: [],
    says: "the first frame is an acknowledgment of SETTINGS: the sender's own SETTINGS must come before it",
    rules: ["preface/client-settings-missing", "preface/server-settings-missing"],
    by: "client",
  },
];

/** How libraries write it: Netty, OkHttp, C-core. */
export const wordsOf = (bytes: FirstBytes): RegExp =>
  either(dumpOf(bytes), lengthOf(bytes, "(?:Frame length: |FRAME_SIZE_ERROR: |Frame size )"));

/** How Netty alone writes it. */
export const nettyWordsOf = (bytes: FirstBytes): RegExp => either(dumpOf(bytes), lengthOf(bytes, "Frame length: "));

/** Numbers that are no length of a frame, for a pattern. */
export const otherProtocolLengths = firstBytes.flatMap(({ lengths }) => lengths).join("|");

const either = (...patterns: readonly string[]): RegExp => new RegExp(patterns.filter((text) => text !== "").join("|"), "i");
const dumpOf = ({ hex }: FirstBytes): string => `First received frame was not SETTINGS\\. Hex dump for first \\d+ bytes: ${hex}`;
const lengthOf = ({ lengths }: FirstBytes, before: string): string =>
  lengths.length === 0 ? "" : `${before}(?:${lengths.join("|")})\\b`;
