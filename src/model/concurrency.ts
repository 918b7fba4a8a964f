// Streams that count towards SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 section 5.1.2): open and half-closed ones of a sender, until it can
// know that they are closed.
import { Observation } from "../http2/observation.ts";
import { Setting } from "../http2/setting.ts";
import { delivered } from "./causality.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { FieldBlock } from "./field-block.ts";

/** One more stream of the sender becomes active: observes where that is one too many. */
export function observeConcurrency(fields: FieldBlock, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const { active } = sender;
  const inForce = peer.settings.inForce(Setting.maxConcurrentStreams);
  const limit = inForce === undefined ? Infinity : peer.settings.largest(Setting.maxConcurrentStreams, fields.first.acked);
  const exceeds = active.length + 1 > limit;
  // Without a limit it need not be right, only small; and each of thousands is not asked again while nothing has ended.
  if (exceeds ? sender.activeSettled !== c.halvesEnded : active.length >= sender.activePruneAt)
    pruneActive(sender, peer, fields.first.acked, c);
  if (active.length + 1 > limit) fields.observations.note(Observation.concurrencyExceeded);
}

function pruneActive(sender: Endpoint, peer: Endpoint, horizon: number, { streams, halvesEnded }: Connection): void {
  const { active } = sender;
  let kept = 0;
  let underWay = false;
  for (const id of active) {
    const stream = streams.get(id);
    if (stream === undefined) continue;
    const own = stream.half(sender.side);
    const theirs = stream.half(peer.side);
    if (own.resetAt >= 0 || (theirs.resetAt >= 0 && delivered(theirs.resetAt, horizon))) continue;
    if (own.endAt >= 0 && (stream.promised || (theirs.endAt >= 0 && delivered(theirs.endAt, horizon)))) continue;
    underWay ||= theirs.resetAt >= 0 || theirs.endAt >= 0;
    active[kept++] = id;
  }
  active.length = kept;
  sender.activePruneAt = Math.max(ACTIVE, 2 * kept);
  sender.activeSettled = underWay ? -1 : halvesEnded;
}

// Streams that are counted as active before it is asked which of them are.
const ACTIVE = 1024;
