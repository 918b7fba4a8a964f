// Observations whose answer is a connection error: the frame or block has no effect, since its receiver goes no further.
import { altersConnection, fatal } from "../http2/connection-error.ts";
import type { Frame } from "../http2/frame.ts";
import { Observation, type Observations } from "../http2/observation.ts";

/** Whatever the frame says further. */
export function isConnectionError(frame: Frame, observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) {
    const observation = observations.at(i);
    if (fatal.has(observation)) return true;
    // RFC 9113 4.2: frames that alter the connection's state; of a stream otherwise.
    if (observation === Observation.tooLarge && (frame.streamId === 0 || altersConnection.has(frame.kind))) return true;
    if (observation === Observation.windowIncrementZero && frame.streamId === 0) return true;
    if (observation === Observation.tooShort && frame.kind !== "data") return true;
    if (observation === Observation.badLength && frame.kind !== "priority") return true;
  }
  return false;
}

/** The same of a field block. */
export function isConnectionErrorOfBlock(observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) if (fatal.has(observations.at(i))) return true;
  return false;
}
