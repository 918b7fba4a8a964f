// Every rule, by family in the order of judgement, within a family in the order of the catalogue.
import * as continuation from "./continuation/continuation.ts";
import * as flowExceeded from "./flow/exceeded.ts";
import * as flowOverflow from "./flow/overflow.ts";
import * as flowWindowUpdate from "./flow/window-update.ts";
import * as frameLayout from "./frame/layout.ts";
import * as frameLength from "./frame/length.ts";
import * as frameStreamZero from "./frame/stream-zero.ts";
import * as goawayAfter from "./goaway/after.ts";
import * as goawayClose from "./goaway/close.ts";
import * as goawayLastStream from "./goaway/last-stream.ts";
import * as grpcRequest from "./grpc/request.ts";
import * as grpcResponse from "./grpc/response.ts";
import * as headersMessage from "./headers/message.ts";
import * as hpackFault from "./hpack/fault.ts";
import * as pingAnswer from "./ping/answer.ts";
import * as preface from "./preface/preface.ts";
import * as priority from "./priority/priority.ts";
import * as priorityUpdate from "./priority-update/priority-update.ts";
import * as pushPromise from "./push/promise.ts";
import * as pushRequest from "./push/request.ts";
import type { Rule } from "./rule.ts";
import * as settingsAcknowledgment from "./settings/acknowledgment.ts";
import * as settingsExchange from "./settings/exchange.ts";
import * as settingsValues from "./settings/values.ts";
import * as streamClosed from "./stream/closed.ts";
import * as streamConcurrency from "./stream/concurrency.ts";
import * as streamEnded from "./stream/ended.ts";
import * as streamIdle from "./stream/idle.ts";
import * as streamReset from "./stream/reset.ts";
import * as streamId from "./stream-id/stream-id.ts";

/** The catalogue as built in. */
export const rules: readonly Rule[] = [
  preface.clientMagic,
  preface.clientSettingsMissing,
  preface.serverSettingsMissing,
  preface.truncated,
  preface.serverSpokeHttp1,
  preface.serverSilent,
  preface.settingsSlow,
  frameLength.tooLarge,
  frameLength.tooShort,
  frameLength.paddingTooLong,
  frameLength.paddingNonzero,
  frameLayout.reservedBit,
  frameLayout.unusedFlag,
  frameLayout.truncatedAtClose,
  frameLayout.garbage,
  frameStreamZero.dataOnStreamZero,
  frameStreamZero.headersOnStreamZero,
  frameStreamZero.priorityOnStreamZero,
  frameStreamZero.rstStreamOnStreamZero,
  frameStreamZero.pushPromiseOnStreamZero,
  frameStreamZero.continuationOnStreamZero,
  frameStreamZero.settingsOnStream,
  frameStreamZero.pingOnStream,
  frameStreamZero.goawayOnStream,
  frameLength.priorityLength,
  frameLength.rstStreamLength,
  frameLength.settingsLength,
  frameLength.settingsAckLength,
  frameLength.pingLength,
  frameLength.goawayLength,
  frameLength.windowUpdateLength,
  continuation.interleavedFrame,
  continuation.wrongStream,
  continuation.unexpected,
  continuation.neverEnded,
  continuation.emptyNonfinal,
  settingsValues.enablePushValue,
  settingsValues.enablePushFromServer,
  settingsValues.initialWindowSizeRange,
  settingsExchange.initialWindowOverflow,
  settingsValues.maxFrameSizeRange,
  settingsAcknowledgment.ackMissing,
  settingsAcknowledgment.ackLate,
  settingsExchange.ackUnexpected,
  settingsValues.duplicateId,
  settingsAcknowledgment.valueAppliedEarly,
  settingsAcknowledgment.maxConcurrentZero,
  settingsExchange.maxConcurrentSmall,
  settingsValues.enableConnectValue,
  settingsExchange.enableConnectRevoked,
  settingsValues.noRfc7540PrioritiesValue,
  settingsExchange.noRfc7540PrioritiesChanged,
  settingsValues.headerTableSizeHuge,
  settingsExchange.resetAfterPreface,
  pingAnswer.ackMissing,
  pingAnswer.ackUnsolicited,
  pingAnswer.ackToAck,
  pingAnswer.slowAck,
  goawayLastStream.lastStreamIdIncreased,
  goawayLastStream.lastStreamIdParity,
  goawayLastStream.lastStreamIdUnopened,
  goawayAfter.streamOpenedAfter,
  goawayLastStream.lastIdBelowAnswered,
  goawayAfter.activityAboveLast,
  goawayAfter.noCloseAfterError,
  goawayClose.missingBeforeClose,
  goawayClose.multipleErrorCodes,
  goawayClose.noWarning,
  hpackFault.indexZero,
  hpackFault.indexOutOfRange,
  hpackFault.integerOverflow,
  hpackFault.stringTooLong,
  hpackFault.blockTruncated,
  hpackFault.huffmanEos,
  hpackFault.huffmanPaddingLong,
  hpackFault.huffmanPaddingNotEos,
  hpackFault.tableSizeUpdatePosition,
  hpackFault.tableSizeUpdateTooLarge,
  streamId.evenClient,
  streamId.oddServer,
  streamId.unpromised,
  streamId.unopened,
  streamId.notIncreasing,
  streamId.reuse,
  streamId.nearExhaustion,
  streamIdle.dataOnIdle,
  streamIdle.rstOnIdle,
  streamIdle.windowUpdateOnIdle,
  streamIdle.frameOnReservedServer,
  streamIdle.frameOnReservedClient,
  streamIdle.clientDataOnPushed,
  streamEnded.dataAfterEndStream,
  streamEnded.headersAfterEndStream,
  streamEnded.dataOnClosed,
  streamEnded.headersOnClosed,
  streamClosed.windowUpdateOnClosed,
  streamEnded.frameAfterOwnRst,
  streamEnded.frameAfterPeerRst,
  streamReset.rstRepeated,
  streamReset.rstInResponseToRst,
  streamReset.rstNoErrorEarly,
  streamConcurrency.concurrencyExceeded,
  streamReset.refusedAfterProcessing,
  streamClosed.refusedRetryStorm,
  flowExceeded.negativeWindowData,
  flowExceeded.streamWindowExceeded,
  flowExceeded.connectionWindowExceeded,
  flowWindowUpdate.windowUpdateZeroStream,
  flowWindowUpdate.windowUpdateZeroConnection,
  flowWindowUpdate.windowUpdateReservedBit,
  flowOverflow.streamWindowOverflow,
  flowOverflow.connectionWindowOverflow,
  headersMessage.secondHeadersNoEndStream,
  headersMessage.interimAfterFinal,
  headersMessage.requestTrailers,
  pushPromise.fromClient,
  pushPromise.disabled,
  pushPromise.badParentState,
  pushPromise.onServerStream,
  pushPromise.promisedIdInvalid,
  pushRequest.unsafeMethod,
  pushRequest.requestWithContent,
  pushRequest.incompleteRequest,
  pushRequest.notAuthoritative,
  pushRequest.promisedNeverUsed,
  pushRequest.requestedAgain,
  priority.selfDependency,
  priority.ignoredSignal,
  priority.ownNoRfc7540,
  priorityUpdate.onStream,
  priorityUpdate.targetZero,
  priorityUpdate.fromServer,
  priorityUpdate.idlePush,
  priorityUpdate.idleCount,
  priorityUpdate.badValue,
  priorityUpdate.tooShort,
  grpcRequest.requestTrailers,
  grpcResponse.responseContentType,
  grpcRequest.clientSendsStatus,
];
