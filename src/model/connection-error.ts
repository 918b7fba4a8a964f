// Observations whose answer is a connection error: the frame or block has no effect, since its receiver goes no further.
import type { Frame, FrameKind } from "../http2/frame.ts";
import { Observation, type Observations } from "../http2/observation.ts";

/** Whatever the frame says further. */
export function isConnectionError(frame: Frame, observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) {
    const observation = observations.at(i);
    if (ALWAYS.has(observation)) return true;
    // RFC 9113 4.2: frames that alter the connection's state; of a stream otherwise.
    if (observation === Observation.tooLarge && (frame.streamId === 0 || ALTERS.has(frame.kind))) return true;
    if (observation === Observation.windowIncrementZero && frame.streamId === 0) return true;
    if (observation === Observation.tooShort && frame.kind !== "data") return true;
    if (observation === Observation.badLength && frame.kind !== "priority") return true;
  }
  return false;
}

/** The same of a field block. */
export function isConnectionErrorOfBlock(observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) if (ALWAYS.has(observations.at(i))) return true;
  return false;
}

const ALWAYS: ReadonlySet<Observation> = new Set<Observation>([
  Observation.paddingTooLong,
  Observation.onStreamZero,
  Observation.onStream,
  Observation.garbage,
  Observation.notSettingsFirst,
  Observation.continuationExpected,
  Observation.continuationUnexpected,
  Observation.continuationWrongStream,
  Observation.streamIdParity,
  Observation.streamIdNotIncreasing,
  Observation.streamIdReuse,
  Observation.streamIdUnpromised,
  Observation.streamIdUnopened,
  Observation.streamIdPromisedOdd,
  Observation.onIdle,
  Observation.onReserved,
  Observation.settingsValue,
  Observation.settingsWindowRange,
  Observation.settingsAckUnexpected,
  Observation.pushFromClient,
]);

const ALTERS: ReadonlySet<FrameKind> = new Set<FrameKind>(["headers", "push-promise", "continuation", "settings"]);
