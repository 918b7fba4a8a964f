// GOAWAY (RFC 9113 section 6.8).
import type { Frame } from "../../http2/frame.ts";
import type { Endpoint } from "../endpoint.ts";

export function applyGoaway(frame: Frame, sender: Endpoint): void {
  if (!frame.whole || sender.goaways.length >= GOAWAYS) return;
  const { errorCode, lastStreamId, first, last } = frame;
  const { file, packet, time } = last;
  const goaway = { errorCode, lastStreamId, endOffset: last.offset + 1, acked: first.acked, time, file, packet };
  sender.goaways = [...sender.goaways, goaway];
}

// Of one side, that are remembered.
const GOAWAYS = 100;
