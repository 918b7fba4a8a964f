// What the model takes for a connection error is what rules say of themselves, and the other way round.
import { expect, it } from "vitest";
import { fatal } from "../../src/http2/connection-error.ts";
import { Observation } from "../../src/http2/observation.ts";
import { isDue } from "../../src/rules/expectation.ts";
import { rules } from "../../src/rules/index.ts";

type ByObservation = Readonly<Partial<Record<keyof typeof Observation, string>>>;

// Why the model gives it no effect all the same.
const inModelOnly: ByObservation = {
  streamIdReuse: "of the stream, or by choice of the connection: either way a second request on the stream means nothing",
  settingsAckUnexpected: "an error by choice of the receiver: taken for an answer it would put settings in force that are not",
};
// Why the model goes on, or asks for more than the observation.
const inRulesOnly: ByObservation = {
  tooShort: "RFC 9113 4.2: of DATA of the stream",
  badLength: "RFC 9113 6.3: of PRIORITY of the stream",
  tooLarge: "RFC 9113 4.2: of the stream, unless the frame alters the connection",
  hpackFault: "the block ends where it could not be decoded",
  windowIncrementZero: "RFC 9113 6.9: of a stream, unless it is the connection's window",
  connectionWindowExceeded: "DATA counts however much there is: a receiver may have granted more than it had to",
  tableUpdateMissing: "what the decoder dropped shows only where it is referred to",
  tableMinimumMissing: "the same",
};

const names = Object.keys(Observation) as (keyof typeof Observation)[];
const onConnection = new Map<number, string[]>();
for (const { id, when, meta } of rules) {
  if (when === undefined || !("observed" in when)) continue;
  if (meta.expect.scope === "connection" && isDue(meta.expect)) {
    onConnection.set(when.observed, [...(onConnection.get(when.observed) ?? []), id]);
  }
}

it("what the model gives no effect a rule calls a connection error", () => {
  const alone = names.filter((name) => fatal.has(Observation[name]) && !onConnection.has(Observation[name]));
  expect(alone).toEqual(Object.keys(inModelOnly));
});

it("what a rule calls a connection error has no effect in the model", () => {
  const others = names.filter((name) => onConnection.has(Observation[name]) && !fatal.has(Observation[name]));
  expect(others).toEqual(Object.keys(inRulesOnly));
});
