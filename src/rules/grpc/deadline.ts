import { FieldBit } from "../../fields/field.ts";
import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { type Call, hasGrpcType } from "../../grpc/call.ts";
import { CallOddity } from "../../grpc/oddity.ts";
import { timeoutOf } from "../../grpc/timeout.ts";
import { knewMore } from "../../model/causality.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule, type Subject } from "../rule.ts";

const spec = [{ document: "gRPC over HTTP2", section: "Requests, Timeout" }] as const;

export const timeoutGrammar = defineRule({
  id: "grpc/timeout-grammar",
  meta: {
    title: "A grpc-timeout is 1 to 8 digits and one of H M S m u n",
    severity: "error",
    by: "client",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { malformed: "the request on stream {streamId} has grpc-timeout {timeout}" },
    docs: {
      why: "A server answers 400 or INTERNAL, or waits without a limit.",
      fix: "Choose a unit that keeps the number within 8 digits.",
    },
  },
  when: { values: ValueBit.grpcTimeoutOdd, roles: ["request"], from: "client" },
  judge(subject, _stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    const field = block.decoded?.slots[Name.grpcTimeout];
    if (field === undefined || (field.bits & FieldBit.valueUnknown) !== 0 || timeoutOf(field.value) !== undefined) return;
    report(block, "malformed", { streamId: block.streamId, timeout: JSON.stringify(field.value.slice(0, 40)) });
  },
});

export const timeoutZero = defineRule({
  id: "grpc/timeout-zero",
  meta: {
    title: "A grpc-timeout is a positive number",
    severity: "warning",
    by: "client",
    spec,
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { zero: "the request on stream {streamId} has grpc-timeout {timeout}: the call is over before it begins" },
    docs: {
      why: "The server may drop the call without looking at it: the client gets DEADLINE_EXCEEDED.",
      fix: "Do not send a call whose deadline has passed; look for a deadline that was used up earlier.",
    },
  },
  when: { values: ValueBit.grpcTimeoutOdd, roles: ["request"], from: "client" },
  judge(subject, _stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    const timeout = block.decoded?.slots[Name.grpcTimeout]?.value;
    if (timeout !== undefined && timeoutOf(timeout) === 0) report(block, "zero", { streamId: block.streamId, timeout });
  },
});

export const deadlineExceeded = defineRule({
  id: "grpc/deadline-exceeded",
  meta: {
    title: "A call ends by its deadline",
    severity: "warning",
    by: "server",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "seen"],
    decidable: "head",
    messages: { late: "the call on stream {streamId} ended after {took} ms; its grpc-timeout is {timeout} ms" },
    options: { tolerance: { default: 5, unit: "ms", about: "time beyond the deadline and a round trip" } },
    docs: {
      why: "Nobody waits for the answer any more: the work was wasted.",
      fix: "End the handler at the deadline; look for one that does not watch its context.",
    },
  },
  from: "server",
  calls: CallOddity.late,
  finish(_from, by, call, { report, uncheck, options }) {
    const data = overdue(by, call, options.tolerance);
    if (data === "unknown") uncheck("start2");
    else if (data !== undefined) report(by, "late", data, { related: opened(call.stream) });
  },
  reset(frame, call, { report, uncheck, options }) {
    const ends = frame.from === "server" && call.stream.server.endAt < 0;
    const data = ends ? overdue(frame, call, options.tolerance) : undefined;
    if (data === "unknown") uncheck("start2");
    else if (data !== undefined) report(frame, "late", data, { related: opened(call.stream) });
  },
});

// Of a call that is late. `unknown`: not known is how long a round trip takes.
function overdue(by: Subject, call: Call, tolerance: number) {
  const { timeout, deadline } = call;
  const { time } = by.last;
  if (timeout === undefined || !call.asked) return undefined;
  const { stream, connection } = call;
  if (knewMore(by, connection)) return undefined;
  if (connection.roundTripBound === Infinity) return "unknown";
  if (time <= deadline + connection.roundTripBound + tolerance * 1e6) return undefined;
  return { streamId: stream.id, took: ms(time - stream.openedTime), timeout: ms(timeout) };
}

export const deadlineIgnored = defineRule({
  id: "grpc/deadline-ignored",
  meta: {
    title: "A server sends nothing after the deadline",
    severity: "warning",
    by: "server",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "seen", "no-gap2"],
    decidable: "head",
    messages: { late: "the server sends message {number} on stream {streamId} {late} ms after the deadline of {timeout} ms" },
    options: { tolerance: { default: 50, unit: "ms", about: "time beyond the deadline and a round trip" } },
    docs: {
      why: "Nobody reads what comes: the handler does not know that its call is over.",
      fix: "Watch the deadline in the handler; check that the library passes it on.",
    },
  },
  from: "server",
  calls: CallOddity.late,
  message({ number }, frame, call, { report, options }) {
    const { timeout, deadline } = call;
    if (timeout === undefined || !call.asked) return;
    const { stream, connection } = call;
    if (knewMore(frame, connection)) return;
    const late = frame.first.time - deadline;
    if (late <= connection.roundTripBound + options.tolerance * 1e6) return;
    report(frame, "late", { number, streamId: stream.id, late: ms(late), timeout: ms(timeout) }, { related: opened(stream) });
  },
});

export const deadlineNotEnforced = defineRule({
  id: "grpc/deadline-not-enforced",
  meta: {
    title: "A client gives a call up at its deadline",
    severity: "info",
    by: "client",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "seen", "no-gap2"],
    decidable: "block",
    messages: {
      open: "the call on stream {streamId} was open for {open} ms; its grpc-timeout is {timeout} ms, and the client did not reset it",
    },
    options: { tolerance: { default: 1000, unit: "ms", about: "time beyond the deadline and a round trip" } },
    docs: {
      why: "The client set a deadline and did not keep to it: the stream counts against the limit of concurrent streams.",
      fix: "Look for a client whose timer does not run, or a proxy that hands on a timeout without watching it.",
    },
  },
  calls: CallOddity.late,
  callEnd(call, { report, options }) {
    const { timeout, deadline, stream, connection } = call;
    if (timeout === undefined || stream.opening === undefined) return;
    const over = stream.server.endAt >= 0 ? stream.server.endTime : Infinity;
    // Up to its last frame, which may be that, it is certain that the client sent no RST_STREAM: a later one may be missing.
    const end = Math.min(over, connection.client.lastAt.time);
    if (end <= deadline + connection.roundTripBound + options.tolerance * 1e6 || !call.asked) return;
    const data = { streamId: stream.id, open: ms(end - stream.openedTime), timeout: ms(timeout) };
    report(stream.opening.copy(), "open", data, { stream });
  },
});

export const deadlineMissing = defineRule({
  id: "grpc/deadline-missing",
  meta: {
    title: "A call should have a deadline",
    severity: "info",
    off: true,
    by: "client",
    spec,
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { missing: "the call on stream {streamId} has no grpc-timeout" },
    docs: {
      why: "Without one, a client waits as long as the server is silent, and keeps its resources.",
      fix: "Give every call a deadline.",
    },
  },
  when: { values: ValueBit.grpcType, roles: ["request"], from: "client" },
  judge(subject, _stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // a condition on bits
    if (decoded?.certainty !== "exact" || !hasGrpcType(decoded)) return;
    if (decoded.slots[Name.grpcTimeout] === undefined) report(subject, "missing", { streamId }, { fold: "deadline" });
  },
});

const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e4) / 100;
