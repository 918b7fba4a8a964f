// GTP-U version 1 (3GPP TS 29.281): a subscriber's packets between the nodes of a mobile network. Not done: Ethernet sessions.

import { i32, u16 } from "../bytes.ts";
import { ip } from "./ip.ts";
import type { Fault } from "./layer.ts";
import type { Tunnel } from "./tunnel.ts";

const faults = {
  header: { layer: "GTP-U", reason: "the packet ends inside it" },
  length: { layer: "GTP-U", reason: "its length goes beyond the packet" },
  extension: { layer: "GTP-U", reason: "an extension header of no length" },
} as const satisfies Record<string, Fault>;

/** Section 5.1: version 1 with the protocol type bit; the message type; the length behind eight octets; the tunnel endpoint. */
export const gtpu: Tunnel = {
  isIn: (bytes, at) => (bytes[at]! & 0xf0) === 0x30,
  layer(walk, bytes, at, end) {
    // 255 is G-PDU, the only one with a user's packet.
    if (bytes[at + 1] !== 255) return walk.notTcp("GTP-U signalling");
    const flags = bytes[at]!;
    const claimed = at + 8 + u16(bytes, at + 2);
    if (claimed > walk.wireEnd) walk.odd(faults.length);
    else walk.wireEnd = claimed;
    end = Math.min(end, claimed);
    walk.tunnel = i32(bytes, at + 4);
    at += 8;
    if ((flags & 7) !== 0) {
      // Sequence number, N-PDU number and next extension header are there together; the bits say which count.
      if (end - at < 4) return walk.damaged(faults.header);
      let next = (flags & 4) === 0 ? 0 : bytes[at + 3]!;
      at += 4;
      // Section 5.2.1: the length in units of four octets, the content, the next one's type.
      while (next !== 0) {
        if (at >= end) return walk.damaged(faults.header);
        const length = bytes[at]! * 4;
        if (length === 0) return walk.damaged(faults.extension);
        if (length > end - at) return walk.damaged(faults.header);
        at += length;
        next = bytes[at - 1]!;
      }
    }
    const version = at < end ? bytes[at]! >> 4 : 0;
    if (version === 4 || version === 6) ip(walk, bytes, at, end);
    else if (at < end) walk.unread("GTP-U without IP");
    else walk.damaged(faults.header);
  },
};
