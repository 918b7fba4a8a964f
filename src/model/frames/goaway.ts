// GOAWAY (RFC 9113 section 6.8).
import { latin1 } from "../../bytes.ts";
import type { Frame } from "../../http2/frame.ts";
import type { Endpoint } from "../endpoint.ts";

export function applyGoaway(frame: Frame, sender: Endpoint): void {
  if (!frame.whole || sender.goaways.length >= GOAWAYS) return;
  const { errorCode, lastStreamId, first, last } = frame;
  const { file, packet, time } = last;
  const debug = latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + DEBUG));
  const goaway = { errorCode, debug, lastStreamId, endOffset: last.offset + 1, acked: first.acked, time, file, packet };
  sender.goaways = [...sender.goaways, goaway];
}

// Octets of debug data.
const DEBUG = 64;
// Of one side, that are remembered.
const GOAWAYS = 100;
