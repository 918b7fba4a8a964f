// PPP (RFC 1661) alone, in HDLC-like framing (RFC 1662) and in Ethernet (RFC 2516); Cisco's HDLC. Not done: multilink (RFC 1990), header
// and payload compression.

import { u16 } from "../bytes.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  ppp: { layer: "PPP", reason: "the packet ends inside its protocol field" },
  hdlc: { layer: "Cisco HDLC", reason: "shorter than 4 bytes" },
  pppoe: { layer: "PPPoE", reason: "shorter than 6 bytes" },
  version: { layer: "PPPoE", reason: "its version or type is not 1" },
  length: { layer: "PPPoE", reason: "its length goes beyond the packet" },
} as const satisfies Record<string, Fault>;

/** With or without address and control: RFC 1662 3.1 writes FF 03, RFC 1661 6.6 lets them be left out. */
export const ppp: Layer = (walk, bytes, at, end) => {
  if (end - at >= 2) {
    if (bytes[at] === 0xff && bytes[at + 1] === 3) at += 2;
    else if ((bytes[at] === 0x0f || bytes[at] === 0x8f) && bytes[at + 1] === 0) return ciscoHdlc(walk, bytes, at, end);
  }
  protocolField(walk, bytes, at, end);
};

/** LINKTYPE_PPP_WITH_DIR has an octet before the frame; LINKTYPE_PPP_PPPD has it for the address. */
export const pppWithDirection: Layer = (walk, bytes, at, end) => {
  if (end - at >= 2 && bytes[at + 1] === 3 && walk.current.linkType === 166) return protocolField(walk, bytes, at + 2, end);
  ppp(walk, bytes, Math.min(at + 1, end), end);
};

/** RFC 1661 section 2, and 6.5: an odd first octet is a compressed protocol field. */
const protocolField: Layer = (walk, bytes, at, end) => {
  const isShort = at < end && (bytes[at]! & 1) === 1;
  if (end - at < (isShort ? 1 : 2)) return walk.damaged(faults.ppp);
  const protocol = isShort ? bytes[at]! : u16(bytes, at);
  at += isShort ? 1 : 2;
  const etherType = etherTypes.get(protocol);
  if (etherType !== undefined) return walk.network(etherType, bytes, at, end);
  const name = names.get(protocol);
  if (protocol === 0x53 || protocol === 0x55) walk.encrypted("PPP");
  else if (name !== undefined) walk.unread(name);
  // RFC 1661 section 2: from 8000 on are control protocols.
  else if (protocol >= 0x8000) walk.notIp("PPP control protocols");
  else walk.unread(`PPP protocol 0x${protocol.toString(16).padStart(4, "0")}`);
};

/** Address, control, EtherType (RFC 1547 section 4.3.1 calls it the Cisco serial line protocol). */
export const ciscoHdlc: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.hdlc);
  walk.network(u16(bytes, at + 2), bytes, at + 4, end);
};

export const ciscoHdlcWithDirection: Layer = (walk, bytes, at, end) => ciscoHdlc(walk, bytes, Math.min(at + 1, end), end);

/** RFC 2516 section 4: version and type, code, session, length. A code other than 0 is of the discovery stage. */
export const pppoe: Layer = (walk, bytes, at, end) => {
  if (end - at < 6) return walk.damaged(faults.pppoe);
  if (bytes[at] !== 0x11) return walk.damaged(faults.version);
  if (bytes[at + 1] !== 0) return walk.notIp("PPPoE discovery");
  const claimed = at + 6 + u16(bytes, at + 4);
  if (claimed > walk.wireEnd) walk.odd(faults.length);
  else walk.wireEnd = claimed;
  protocolField(walk, bytes, at + 6, Math.max(at + 6, Math.min(end, claimed)));
};

const etherTypes: ReadonlyMap<number, number> = new Map([
  [0x0021, 0x0800], // RFC 1332
  [0x0057, 0x86dd], // RFC 5072
  [0x0281, 0x8847], // RFC 3032 section 4.3
  [0x0283, 0x8848],
]);

const names: ReadonlyMap<number, string> = new Map([
  [0x002d, "PPP with compressed TCP"],
  [0x002f, "PPP with compressed TCP"],
  [0x0031, "PPP bridging"],
  [0x003d, "PPP multilink"],
  [0x00fb, "PPP compressed or encrypted"],
  [0x00fd, "PPP compressed or encrypted"],
]);
