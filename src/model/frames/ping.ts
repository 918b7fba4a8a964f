// PING (RFC 9113 section 6.7).
import type { Frame } from "../../http2/frame.ts";
import { answeredPing, pingPayload } from "../causality.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";

export function applyPing(frame: Frame, sender: Endpoint, peer: Endpoint, c: Connection): void {
  if (!frame.whole) return;
  if (!frame.ack) {
    sender.addPing({ payload: pingPayload(frame), endOffset: frame.last.offset + 1, time: frame.last.time });
    return;
  }
  const index = answeredPing(c, frame);
  if (index < 0) return;
  sender.answerTime = Math.min(sender.answerTime, frame.last.time - peer.pings[index]!.time);
  peer.removePing(index);
}
