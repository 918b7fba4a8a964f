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
  onStream: 6,
  badLength: 7,
  // Noted by the model.
  tooLarge: 8,
  garbage: 9,
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
  onIdle: 22,
  onReserved: 23,
  clientOnPushed: 24,
  afterEndStream: 25,
  onClosed: 26,
  afterOwnReset: 27,
  afterPeerReset: 28,
  lateAfterReset: 29,
  resetRepeated: 30,
  resetInResponse: 31,
  resetNoErrorEarly: 32,
  refusedAfterProcessing: 33,
  concurrencyExceeded: 34,
  secondHeadersWithoutEnd: 35,
  interimAfterFinal: 36,
  requestTrailers: 37,
  settingsValue: 38,
  settingsDuplicate: 39,
  settingsAckUnexpected: 40,
  pushFromClient: 41,
  hpackFault: 42,
  windowIncrementZero: 43,
  dataBeforeHeaders: 44,
  settingsWindowRange: 45,
  connectionWindowExceeded: 46,
  streamWindowExceeded: 47,
  onUpgraded: 48,
  // Noted by the model of messages (RFC 9113 section 8, RFC 8441) and of table limits (RFC 7541 section 4.2).
  methodMissing: 49,
  schemeMissing: 50,
  pathMissing: 51,
  pathEmpty: 52,
  pathForm: 53,
  methodInvalid: 54,
  schemeInvalid: 55,
  schemeMismatch: 56,
  authorityMissing: 57,
  authorityUserinfo: 58,
  statusMissing: 59,
  statusInvalid: 60,
  contentLengthInvalid: 61,
  contentLengthMismatch: 62,
  contentForbidden: 63,
  listSizeExceeded: 64,
  connectSchemePath: 65,
  connectAuthority: 66,
  connectLength: 67,
  onTunnel: 68,
  extendedConnect: 69,
  pseudoMisplaced: 70,
  interimEndsStream: 71,
  switchingProtocols: 72,
  trailerMisplaced: 73,
  tableUpdateMissing: 74,
  tableMinimumMissing: 75,
  tableUpdateExcess: 76,
  // A receiver has work and gets nothing: DATA without END_STREAM, HEADERS, PUSH_PROMISE or CONTINUATION without content.
  empty: 77,
  // Noted by the frame decoder.
  selfDependency: 78,
  incrementReserved: 79,
  // Noted by the model.
  settingAppliedEarly: 80,
  openedAfterGoaway: 81,
  aboveOwnGoaway: 82,
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
