// SETTINGS (RFC 9113 section 6.5).
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Side } from "../../place.ts";
import { possiblyDelivered } from "../causality.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { MAX_WINDOW } from "../flow-window.ts";
import { FrameRef } from "../frame-ref.ts";
import { type SettingEntry, settingsOf } from "../settings.ts";
import { TableLimit } from "../table-limit.ts";

export function observeSettings(frame: Frame, peer: Endpoint, c: Connection): void {
  const { observations } = frame;
  if (!frame.whole) return;
  if (frame.ack) {
    const oldest = peer.settings.pending[0];
    if (oldest !== undefined && possiblyDelivered(oldest.endOffset, frame.first.acked)) return;
    if (peer.settings.owesUntracked) return;
    if (c.spareAck === "allowed" && frame.from === "server") c.spareAck = "under way";
    else observations.note(Observation.settingsAckUnexpected);
    return;
  }
  const entries = settingsOf(frame);
  const seen = entries.length > 1 ? new Set<number>() : undefined;
  for (const [id, value] of entries) {
    if (seen?.has(id)) observations.note(Observation.settingsDuplicate);
    seen?.add(id);
    if (!isValidSetting(id, value, frame.from)) observations.note(Observation.settingsValue);
    if (id === Setting.initialWindowSize && value > MAX_WINDOW) observations.note(Observation.settingsWindowRange);
  }
}

export function applySettings(frame: Frame, sender: Endpoint, peer: Endpoint, c: Connection): void {
  if (!frame.ack) {
    if (frame.whole) announce(frame, sender, settingsOf(frame), true);
    return;
  }
  if (c.spareAck === "under way") {
    c.spareAck = "none";
    return;
  }
  const settings = peer.settings.acknowledge();
  if (settings === undefined) return;
  sender.answerTime = Math.min(sender.answerTime, frame.last.time - settings.time);
  // RFC 9113 6.5.3: "in the order they appear, with no other frame processing between values".
  for (const [id, value] of settings.entries)
    if (id === Setting.headerTableSize) (sender.tableLimit ??= new TableLimit()).acknowledge(value);
}

/** A frame that is a connection error announces nothing; a tolerant receiver acknowledges it all the same. */
export function announceIgnored(frame: Frame, sender: Endpoint): void {
  const { observations } = frame;
  const atFault = observations.has(Observation.settingsValue) || observations.has(Observation.settingsWindowRange);
  announce(frame, sender, [], frame.whole && !atFault);
}

function announce(frame: Frame, sender: Endpoint, entries: readonly SettingEntry[], sound: boolean): void {
  sender.settings.announce(frame.last.offset + 1, frame.last.time, entries, FrameRef.of(frame), sound);
}

/** RFC 9113 6.5.2, RFC 8441 3, RFC 9218 2.1. */
export function isValidSetting(id: number, value: number, from: Side): boolean {
  switch (id) {
    case Setting.enablePush:
      return value === 0 || (value === 1 && from === "client");
    case Setting.maxFrameSize:
      return value >= 16_384 && value <= 16_777_215;
    case Setting.enableConnectProtocol:
    case Setting.noRfc7540Priorities:
      return value <= 1;
    default:
      return true;
  }
}
