import { Observation } from "./observation.ts";

/** Observations whose answer is a connection error, whatever the frame (RFC 9113 5.4.1): the model gives such a frame no effect. That
 *  the rules on them say the same is tested. */
export const fatal: ReadonlySet<Observation> = new Set<Observation>([
  Observation.paddingTooLong,
  Observation.onStreamZero,
  Observation.connectionFrameOnStream,
  Observation.oversizedUnknownFrame,
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

/** Frames that alter the state of the connection: a frame size error in them is a connection error (RFC 9113 4.2). */
export const altersConnection: ReadonlySet<string> = new Set(["headers", "push-promise", "continuation", "settings"]);
