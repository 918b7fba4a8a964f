// Every rule. A new one takes a file, its test, and a line here: within its family in the order of the catalogue.
import * as abuseCalled from "./abuse/called.ts";
import * as abuseChurn from "./abuse/churn.ts";
import * as abuseFieldBlock from "./abuse/field-block.ts";
import * as abuseFlood from "./abuse/flood.ts";
import * as abusePadding from "./abuse/padding.ts";
import * as abusePriority from "./abuse/priority.ts";
import * as abuseReset from "./abuse/reset.ts";
import * as abuseSlow from "./abuse/slow.ts";
import * as continuation from "./continuation/continuation.ts";
import * as extAltsvc from "./ext/altsvc.ts";
import * as extConnect from "./ext/extended-connect.ts";
import * as extOrigin from "./ext/origin.ts";
import * as extWebsocket from "./ext/websocket.ts";
import { type Family, families } from "./families.ts";
import * as flowExceeded from "./flow/exceeded.ts";
import * as flowOverflow from "./flow/overflow.ts";
import * as flowWindowUpdate from "./flow/window-update.ts";
import * as frameLayout from "./frame/layout.ts";
import * as frameLength from "./frame/length.ts";
import * as frameStreamZero from "./frame/stream-zero.ts";
import * as goawayAfter from "./goaway/after.ts";
import * as goawayClose from "./goaway/close.ts";
import * as goawayLastStream from "./goaway/last-stream.ts";
import * as grpcCompression from "./grpc/compression.ts";
import * as grpcDeadline from "./grpc/deadline.ts";
import * as grpcGoaway from "./grpc/goaway.ts";
import * as grpcKeepalive from "./grpc/keepalive.ts";
import * as grpcMessage from "./grpc/message.ts";
import * as grpcMetadata from "./grpc/metadata.ts";
import * as grpcRequest from "./grpc/request.ts";
import * as grpcRequestHead from "./grpc/request-head.ts";
import * as grpcResponse from "./grpc/response.ts";
import * as grpcSchema from "./grpc/schema.ts";
import * as grpcStatus from "./grpc/status.ts";
import * as headersConnect from "./headers/connect.ts";
import * as headersConnectionFields from "./headers/connection-fields.ts";
import * as headersContentLength from "./headers/content-length.ts";
import * as headersField from "./headers/field.ts";
import * as headersMessage from "./headers/message.ts";
import * as headersPseudo from "./headers/pseudo.ts";
import * as headersRequest from "./headers/request.ts";
import * as headersResponse from "./headers/response.ts";
import * as healthClose from "./health/close.ts";
import * as healthConnect from "./health/connect.ts";
import * as healthDelay from "./health/delay.ts";
import * as healthEconomy from "./health/economy.ts";
import * as healthGoaway from "./health/goaway.ts";
import * as healthIdle from "./health/idle.ts";
import * as healthOverreaction from "./health/overreaction.ts";
import * as healthReset from "./health/reset.ts";
import * as healthReuse from "./health/reuse.ts";
import * as healthStale from "./health/stale.ts";
import * as healthStall from "./health/stall.ts";
import * as healthStalledRequest from "./health/stalled-request.ts";
import * as healthStatus from "./health/status.ts";
import * as healthUnanswered from "./health/unanswered.ts";
import * as healthUnreachable from "./health/unreachable.ts";
import * as healthWindow from "./health/window.ts";
import * as healthZeroWindow from "./health/zero-window.ts";
import * as hpackFault from "./hpack/fault.ts";
import * as hpackSensitive from "./hpack/sensitive.ts";
import * as hpackTableSize from "./hpack/table-size.ts";
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
import * as tlsAlert from "./tls/alert.ts";
import * as tlsEarlyData from "./tls/early-data.ts";
import * as tlsHandshake from "./tls/handshake.ts";
import * as tlsNames from "./tls/names.ts";
import * as upgradeAfter from "./upgrade/after.ts";
import * as upgradeOffer from "./upgrade/offer.ts";

const byFamily: Readonly<Record<Family, readonly Rule[]>> = {
  preface: [
    preface.clientMagic,
    preface.clientSettingsMissing,
    preface.serverSettingsMissing,
    preface.truncated,
    preface.serverSpokeHttp1,
    preface.clientSpokeTls,
    preface.serverSpokeTls,
    preface.serverClosedFirst,
    preface.serverSpokeOther,
    preface.connectionRefused,
    preface.serverSilent,
    preface.settingsSlow,
  ],
  upgrade: [
    upgradeOffer.unanswered,
    upgradeOffer.settingsHeaderCount,
    upgradeOffer.settingsHeaderNotHop,
    upgradeOffer.settingsInvalid,
    upgradeOffer.settingsInResponse,
    upgradeOffer.h2Token,
    upgradeAfter.serverFirstFrame,
    upgradeAfter.clientPrefaceAfter101,
    upgradeAfter.streamOneReused,
  ],
  frame: [
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
  ],
  continuation: [
    continuation.interleavedFrame,
    continuation.wrongStream,
    continuation.unexpected,
    continuation.neverEnded,
    continuation.emptyNonfinal,
  ],
  settings: [
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
  ],
  ping: [pingAnswer.ackMissing, pingAnswer.ackUnsolicited, pingAnswer.ackToAck, pingAnswer.slowAck],
  goaway: [
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
  ],
  hpack: [
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
    hpackTableSize.tableSizeUpdateMissing,
    hpackTableSize.tableSizeMinimumMissing,
    hpackTableSize.tableSizeUpdateExcess,
    hpackSensitive.sensitiveIndexed,
  ],
  "stream-id": [
    streamId.evenClient,
    streamId.oddServer,
    streamId.unpromised,
    streamId.unopened,
    streamId.notIncreasing,
    streamId.reuse,
    streamId.nearExhaustion,
  ],
  stream: [
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
  ],
  flow: [
    flowExceeded.negativeWindowData,
    flowExceeded.streamWindowExceeded,
    flowExceeded.connectionWindowExceeded,
    flowWindowUpdate.windowUpdateZeroStream,
    flowWindowUpdate.windowUpdateZeroConnection,
    flowWindowUpdate.windowUpdateReservedBit,
    flowOverflow.streamWindowOverflow,
    flowOverflow.connectionWindowOverflow,
  ],
  headers: [
    headersField.uppercaseName,
    headersField.invalidNameChar,
    headersField.nonTokenName,
    headersField.colonInName,
    headersField.emptyName,
    headersField.invalidValueChar,
    headersField.valueWhitespace,
    headersField.valueControl,
    headersPseudo.pseudoAfterRegular,
    headersPseudo.pseudoDuplicate,
    headersPseudo.pseudoUnknown,
    headersPseudo.pseudoResponseInRequest,
    headersPseudo.pseudoRequestInResponse,
    headersPseudo.pseudoInTrailers,
    headersRequest.missingMethod,
    headersRequest.missingScheme,
    headersRequest.missingPath,
    headersRequest.emptyPath,
    headersRequest.pathForm,
    headersRequest.invalidMethod,
    headersRequest.invalidScheme,
    headersRequest.authorityMissing,
    headersRequest.authorityUserinfo,
    headersRequest.authorityInvalid,
    headersRequest.authorityHostMismatch,
    headersRequest.multipleHost,
    headersResponse.missingStatus,
    headersResponse.badStatus,
    headersConnectionFields.connectionSpecific,
    headersConnectionFields.teNotTrailers,
    headersConnectionFields.teSpelling,
    headersConnectionFields.http2SettingsField,
    headersContentLength.contentLengthMismatch,
    headersContentLength.contentLengthInvalid,
    headersContentLength.contentLengthRepeated,
    headersResponse.contentOnNoContent,
    headersResponse.contentLengthForbidden,
    headersMessage.secondHeadersNoEndStream,
    headersResponse.interimEndStream,
    headersMessage.interimAfterFinal,
    headersResponse.status101,
    headersResponse.dataBeforeHeaders,
    headersMessage.trailersForbiddenField,
    headersMessage.requestTrailers,
    headersMessage.listSize,
    headersConnect.connectSchemePath,
    headersConnect.connectAuthority,
    headersConnect.connectFrameAfterOpen,
    headersConnect.connectResponseLength,
    // Typical of a proxy that ends TLS: it must not hide what else may be refused.
    headersRequest.schemeMismatch,
  ],
  push: [
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
  ],
  priority: [priority.selfDependency, priority.ignoredSignal, priority.ownNoRfc7540],
  "priority-update": [
    priorityUpdate.onStream,
    priorityUpdate.targetZero,
    priorityUpdate.fromServer,
    priorityUpdate.idlePush,
    priorityUpdate.idleCount,
    priorityUpdate.badValue,
    priorityUpdate.tooShort,
  ],
  ext: [
    extConnect.connectProtocolNotEnabled,
    extConnect.protocolWithoutConnect,
    extConnect.connectProtocolMissingPseudo,
    extWebsocket.websocketForbiddenFields,
    extWebsocket.websocketKeyFields,
    extWebsocket.websocketBadScheme,
    extWebsocket.websocketAbnormalClose,
    extOrigin.originOnStream,
    extOrigin.originOnCleartext,
    extOrigin.originFromClient,
    extOrigin.originFlags,
    extOrigin.originMalformed,
    extAltsvc.altsvcOriginOnStream,
    extAltsvc.altsvcEmptyOrigin,
    extAltsvc.altsvcFromClient,
    extAltsvc.altsvcMalformed,
  ],
  grpc: [
    grpcRequestHead.methodNotPost,
    grpcRequestHead.contentTypeMissing,
    grpcRequestHead.contentTypeMalformed,
    grpcRequestHead.teMissing,
    grpcRequestHead.pathForm,
    grpcRequestHead.authorityMissing,
    grpcDeadline.timeoutGrammar,
    grpcDeadline.timeoutZero,
    grpcMetadata.reservedMetadata,
    grpcMetadata.metadataNameInvalid,
    grpcMetadata.metadataValueInvalid,
    grpcMetadata.binNotBase64,
    grpcMetadata.binPadding,
    grpcCompression.encodingUnknown,
    grpcCompression.acceptEncodingMissing,
    grpcCompression.compressedWithoutEncoding,
    grpcMessage.compressedFlagInvalid,
    grpcCompression.decompressFailed,
    grpcMessage.truncatedMessage,
    grpcMessage.unfinishedMessageReset,
    grpcMessage.messageTooLarge,
    grpcSchema.unaryMessageCount,
    grpcSchema.unaryResponseCount,
    grpcSchema.okWithoutMessage,
    grpcSchema.messageSchema,
    grpcRequest.requestTrailers,
    grpcRequestHead.requestEndOnHeaders,
    grpcResponse.responseContentType,
    grpcResponse.httpStatus,
    grpcResponse.statusMissing,
    grpcResponse.endedWithoutTrailers,
    grpcStatus.statusInHeaders,
    grpcStatus.statusMalformed,
    grpcStatus.statusUnknownCode,
    grpcStatus.messagePercent,
    grpcStatus.messageWithOk,
    grpcStatus.detailsMismatch,
    grpcRequest.clientSendsStatus,
    grpcStatus.earlyStatusNoRst,
    grpcStatus.statusLost,
    grpcStatus.rstStatusMap,
    grpcDeadline.deadlineExceeded,
    grpcDeadline.deadlineIgnored,
    grpcDeadline.deadlineNotEnforced,
    grpcDeadline.deadlineMissing,
    grpcKeepalive.keepaliveTooFrequent,
    grpcKeepalive.tooManyPingsUnjustified,
    grpcKeepalive.keepaliveTimeout,
    grpcMetadata.metadataTooLarge,
    grpcGoaway.goawayReason,
    grpcGoaway.unavailableRetryable,
  ],
  abuse: [
    abuseReset.rapidReset,
    abuseReset.manyResets,
    abuseReset.madeYouReset,
    abuseFieldBlock.continuationFlood,
    abuseFieldBlock.zeroLengthContinuation,
    abuseSlow.dataDribble,
    abuseFlood.pingFlood,
    abusePriority.resourceLoop,
    abuseReset.resetFlood,
    abuseFlood.settingsFlood,
    abuseFlood.settingsManyEntries,
    abuseFieldBlock.emptyHeaderNames,
    abuseSlow.internalBuffering,
    abuseFlood.emptyFrames,
    abuseFieldBlock.hpackBomb,
    abuseFieldBlock.headerCountBomb,
    abuseSlow.zeroWindowStall,
    abuseSlow.slowRead,
    abuseSlow.slowHeaders,
    abuseSlow.slowPost,
    abuseSlow.maxStreamsHold,
    abusePriority.priorityCycle,
    abuseFlood.pushPromiseFlood,
    abuseFlood.windowUpdateFlood,
    abuseFlood.goawayFlood,
    abuseChurn.goawayLoop,
    abuseChurn.streamChurn,
    abuseChurn.connectionChurn,
    abuseFieldBlock.headerListSizeTrap,
    abuseFieldBlock.tableSizeChurn,
    abuseFlood.unknownFrameFlood,
    abusePadding.paddingWaste,
    abuseCalled.rateRefused,
  ],
  tls: [
    tlsHandshake.version,
    tlsHandshake.cipherProhibited,
    tlsHandshake.compression,
    tlsHandshake.renegotiation,
    tlsHandshake.postHandshakeAuth,
    tlsHandshake.dhTooSmall,
    tlsHandshake.inadequateSecurityWrong,
    tlsNames.alpnMissing,
    tlsNames.alpnH2c,
    tlsNames.alpnMismatch,
    tlsNames.sniMissing,
    tlsNames.authorityNotInCert,
    tlsAlert.alpnNoOverlap,
    tlsAlert.alert,
    tlsEarlyData.earlyDataUnsafe,
    tlsEarlyData.earlyDataNondefault,
  ],
  health: [
    // These two before the stalls that they explain.
    healthStall.holByWindow,
    healthWindow.connectionWindowLeak,
    healthStall.flowStallStream,
    healthStall.flowStallConnection,
    healthWindow.windowTooSmall,
    healthZeroWindow.tcpZeroWindow,
    healthStatus.deadlineNearlyUsed,
    healthConnect.connectRefused,
    healthStatus.errorStatus,
    healthDelay.slowFirstByte,
    healthDelay.slowFinish,
    healthStale.staleConnection,
    healthClose.streamUnfinished,
    healthClose.goawayAbandoned,
    healthClose.streamKilledByClose,
    healthUnanswered.unansweredPing,
    healthUnanswered.unansweredSettings,
    healthGoaway.goawayLostStreams,
    healthReset.refusedStreams,
    healthReuse.concurrencyLimited,
    healthClose.idleCloseRace,
    healthReuse.reconnectLoop,
    healthClose.halfOpen,
    healthClose.tcpResetWithData,
    healthReset.lateFramesAfterRst,
    healthOverreaction.receiverOverreaction,
    healthUnreachable.peerUnreachable,
    healthStalledRequest.requestStalled,
    healthIdle.idleTimeout,
    healthDelay.requestCancelled,
    healthReset.resetAfterResponse,
    healthReset.serverReset,
    healthGoaway.goaway,
    healthGoaway.requestLimit,
    healthGoaway.gracefulShutdown,
    healthReuse.oneStreamPerConnection,
    healthEconomy.smallDataFrames,
    healthEconomy.noCompressionGain,
  ],
};

/** The catalogue as built in, in the order of judgement. */
export const rules: readonly Rule[] = families.flatMap((family) => byFamily[family]);
