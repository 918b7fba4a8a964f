import { TcpFlag, type TcpSegment } from "../net/segment.ts";
import type { Direction } from "./direction.ts";
import { distance } from "./sequence.ts";

/** Whether this segment shows that the window its sender advertises has become zero, or opens again.
 *
 *  A window counts if its segment is no older than the last one that counted (RFC 9293 3.10.7.4). A zero is a zero at any scale; that of
 *  an RST says nothing, and where no window was ever open the capture may have been made without them. */
export function windowChanges(d: Direction, s: TcpSegment): boolean {
  const { window } = d;
  if (d.ended || (s.flags & TcpFlag.rst) !== 0) return false;
  const zero = s.window === 0;
  if ((s.flags & TcpFlag.syn) === 0 && window !== "unknown") {
    const later = distance(s.seq, d.windowSeq);
    if (later < 0 || (later === 0 && distance(s.ack, d.windowAck) < 0)) return false;
  }
  d.windowSeq = s.seq;
  d.windowAck = s.ack;
  if (window === "unknown") {
    if (!zero) d.window = "open";
    return false;
  }
  if (zero === (window === "zero")) return false;
  d.window = zero ? "zero" : "open";
  return true;
}
