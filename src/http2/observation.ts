/** What a stage sees in a frame or field block that the RFC does not allow, or that a rule may want to judge. Decoders and the model
 *  note observations, rules judge them; a lawful frame has none, so it costs no rule anything. */
export const Observation = {
  // Noted by the frame decoder, from the frame alone (RFC 9113 sections 4.1 and 6).
  reservedBit: 0,
  unusedFlag: 1,
  tooShort: 2,
  paddingTooLong: 3,
  paddingNonzero: 4,
  onStreamZero: 5,
  connectionFrameOnStream: 6,
  badLength: 7,
  // Noted by the model.
  tooLarge: 8,
  oversizedUnknownFrame: 9,
  notSettingsFirst: 10,
  continuationExpected: 11,
  continuationUnexpected: 12,
  continuationWrongStream: 13,
  continuationEmpty: 14,
  streamIdParity: 15,
  streamIdNotIncreasing: 16,
  streamIdReuse: 17,
  streamIdUnpromised: 18,
  streamIdUnopened: 19,
  streamIdPromisedOdd: 20,
  onIdle: 21,
  onReserved: 22,
  clientOnPushed: 23,
  afterEndStream: 24,
  onClosed: 25,
  afterOwnReset: 26,
  afterPeerReset: 27,
  lateAfterReset: 28,
  resetRepeated: 29,
  resetInResponse: 30,
  resetNoErrorEarly: 31,
  refusedAfterProcessing: 32,
  concurrencyExceeded: 33,
  secondHeadersWithoutEnd: 34,
  interimAfterFinal: 35,
  requestTrailers: 36,
  settingsValue: 37,
  settingsDuplicate: 38,
  settingsAckUnexpected: 39,
  pushFromClient: 40,
  hpackFault: 41,
  windowIncrementZero: 42,
  dataBeforeHeaders: 43,
  settingsWindowRange: 44,
  connectionWindowExceeded: 45,
  streamWindowExceeded: 46,
  onUpgraded: 47,
  // Noted by the model of messages (RFC 9113 section 8) and of table limits (RFC 7541 section 4.2).
  schemeMismatch: 48,
  contentLengthMismatch: 49,
  contentForbidden: 50,
  listSizeExceeded: 51,
  connectLength: 52,
  onTunnel: 53,
  tableUpdateMissing: 54,
  tableMinimumMissing: 55,
  tableUpdateExcess: 56,
  // A receiver has work and gets nothing: DATA without END_STREAM, HEADERS, PUSH_PROMISE or CONTINUATION without content.
  withoutContent: 57,
  // Noted by the frame decoder.
  selfDependency: 58,
  incrementReserved: 59,
  // Noted by the model.
  settingAppliedEarly: 60,
  openedAfterGoaway: 61,
  aboveOwnGoaway: 62,
} as const;

export type Observation = (typeof Observation)[keyof typeof Observation];

/** The observations of one frame or field block, few if any. */
export class Observations {
  count = 0;
  readonly #observations = new Uint8Array(16);

  clear(): void {
    this.count = 0;
  }

  /** Observations beyond the sixteenth are dropped: one frame has one finding, by order of judgement. */
  note(observation: Observation): void {
    if (this.count < this.#observations.length && !this.has(observation)) this.#observations[this.count++] = observation;
  }

  has(observation: Observation): boolean {
    for (let i = 0; i < this.count; i++) if (this.#observations[i] === observation) return true;
    return false;
  }

  at(index: number): Observation {
    return this.#observations[index]! as Observation;
  }
}
