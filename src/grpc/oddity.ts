/** What is out of the ordinary about a gRPC call. Bits of `Call.oddities`, set where it happens, before the event that shows it is reported,
 *  and never cleared. A call that went as it should has none, so it costs nothing to ask whether a rule need look at it. */
export const CallOddity = {
  /** The prefix of a message has a Compressed-Flag of 1. */
  compressed: 1 << 0,
  /** What stands in its place is neither 0 nor 1: the content of that side is no messages. */
  foreign: 1 << 1,
  /** Octets of a side's content are missing, so that its messages are not known from there on. */
  lost: 1 << 2,
  /** A side ended, by END_STREAM or by an RST_STREAM of either, within a message or its prefix. */
  truncated: 1 << 3,
  /** The request ended with no message, or with several, as far as is known. */
  requestCount: 1 << 4,
  /** The same of the response, at its status or at END_STREAM. */
  responseCount: 1 << 5,
  /** The response ended with DATA, or with a field block without a `grpc-status`. */
  noStatus: 1 << 6,
  /** The `grpc-status` is not `0`. */
  statusNotOk: 1 << 7,
  /** There is a status in the response HEADERS, though the response goes on: `Call.earlyStatus`. */
  earlyStatus: 1 << 8,
  /** The response ended while the request was open: `Call.endedEarly`. */
  endedEarly: 1 << 9,
  /** The client sent DATA though that had reached it: `Call.lateOctets`. Set behind the messages of that frame. */
  lateOctets: 1 << 10,
  /** A message, the end of a side, an RST_STREAM, or the client's last frame when the call is over, lies after the deadline by the clock
   *  of the capture. */
  late: 1 << 11,
  /** An RST_STREAM, the first of its side. */
  reset: 1 << 12,
  /** Its method is one of a schema that binds. Nothing is wrong with it: it has to be looked at. */
  schema: 1 << 13,
} as const;
