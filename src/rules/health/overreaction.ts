import { defineRule } from "../rule.ts";

/** What only shows when answers are paired with what they answer: the pairing stage finds it. */
export const receiverOverreaction = defineRule({
  id: "health/receiver-overreaction",
  meta: {
    title: "Legal frames should not be answered with an error",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1" },
      { rfc: 9113, section: "5.4" },
    ],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks", "start2", "no-gap2"],
    decidable: "payload",
    inPairing: true,
    messages: {
      crossed:
        "the {side} answered {kind} on stream {streamId} with {answer}, though that was under way when the {side} reset the stream",
      lawful:
        "the {side} gave up with {answer} after {input} (stream {streamId}), which is lawful (RFC 9113, {section}); nothing else that it had received is a violation",
      limit:
        "the {side} gave up with {answer} after {input} (stream {streamId}): that is lawful, and more than {limit}; nothing else that it had received is a violation",
      budget:
        "the {side} refused stream {streamId}, request number {count} of the connection, with {answer}, though no rule finds a flood: what the {side} grants one connection is used up (Node counts its memory, maxSessionMemory, and the streams that it has not freed yet)",
      resets:
        "the {side} gave up with {answer} over RST_STREAM frames, {own} of which it had sent itself, and {theirs} the other side: it counts its own",
      strict:
        "the {side} answered {kind} on stream {streamId} with {answer}, though nothing in it breaks RFC 9113: {rule} has what may be meant{known}",
    },
    docs: {
      why: "The other side did nothing wrong, and loses a stream or the whole connection with all calls on it.",
      fix: "Ignore what RFC 9113 lets pass; remember for a while which streams were reset, and discard what still comes for them. Where lawful traffic reaches a limit, raise it or send less.",
    },
  },
});
