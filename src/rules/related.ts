// The frames a finding points at beside the one at fault.
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import type { RelatedFrame } from "./finding.ts";

/** The HEADERS or PUSH_PROMISE that opened the stream. */
export function opened(stream: Stream | undefined): RelatedFrame[] {
  if (stream?.opening === undefined) return [];
  const { method, path } = stream.request;
  const text = method === undefined ? "" : `${method} ${path ?? ""}`.trimEnd();
  return [{ frame: stream.opening, role: stream.promised ? "promised the stream" : "opened the stream", text }];
}

/** The opening frame and the last DATA of one side. */
export function openedWithData(stream: Stream | undefined, side: Side): RelatedFrame[] {
  const related = opened(stream);
  const half = stream?.half(side);
  if (half?.lastData !== undefined) {
    const frames = half.dataFrames === 1 ? "" : ` in ${half.dataFrames} frames`;
    const role = half.endAt >= 0 && half.lastData.end === half.endAt ? "ended the message" : "carried its content";
    related.push({ frame: half.lastData.copy(), role, text: `${half.dataOctets} bytes${frames}` });
  }
  return related;
}
