// A failure followed through a proxy, in a sentence or two: what the server behind it did, and what the client got for it.
import { statusName } from "../grpc/status.ts";
import { isAtDeadline } from "../grpc/timeout.ts";
import { english, type Language } from "../lang/language.ts";
import { placeText } from "./failing.ts";
import type { Leg } from "./leg.ts";
import { duration, utf8 } from "./text.ts";
import type { Way, Ways } from "./way.ts";

/** What became of a call that failed, from the last server to the first client; undefined where the leg stands alone. */
export function wayText(leg: Leg, ways: Ways, say: Language = english, hops = HOPS): string | undefined {
  const way = hops === 0 ? undefined : ways.onward(leg);
  if (way === undefined) return undefined;
  const proxy = proxyOf(way, say);
  const [last] = way.onwards.slice(-1);
  if (last === undefined) return refusedText(way, proxy, say);
  const deeper = last.failed ? wayText(last, ways, say, hops - 1) : undefined;
  return say.joined([
    deeper ?? "",
    say.sentence(upstreamText(leg, last, proxy, say)),
    way.onwards.length > 1 ? say.text("{proxy} had tried {n} times.", { proxy, n: way.onwards.length }) : "",
    way.sure ? "" : say.text("That the two are one call is likely: {sign}.", { sign: say.text(SIGNS[way.by]) }),
  ]);
}

function upstreamText(leg: Leg, last: Leg, proxy: string, say: Language): string {
  const upstream = say.text("the upstream {server}", { server: last.server });
  const at = streamText(last, say);
  const answer = { upstream, proxy, at, answer: answerText(last), packet: String(last.answerPacket) };
  const isWhole = last.status > 0 && last.cut === undefined;
  if (leg.cut?.by === "client" && (last.cut === undefined || last.cut.time >= leg.cut.time) && !isWhole) {
    const passed =
      last.cut?.by !== "client"
        ? ""
        : say.text("; {proxy} passed that on with {how} ({at}, packet {packet})", {
            ...{ proxy, how: last.cut.how, at, packet: last.cut.packet },
          });
    return say.text(
      last.status > 0
        ? "the client gave up after {delay} ({how}, packet {packet}){passed}; {upstream} had not finished its answer"
        : "the client gave up after {delay} ({how}, packet {packet}){passed}; {upstream} had not answered",
      { delay: duration(leg.cut.time - leg.asked), how: leg.cut.how, packet: leg.cut.packet, passed, upstream },
    );
  }
  const said = saidText(leg, proxy, say);
  const { cut } = last;
  if (last.failed && cut === undefined) {
    const isSame = last.grpcStatus > 0 ? last.grpcStatus === leg.grpcStatus : last.status === leg.status && leg.grpcStatus <= 0;
    return isSame
      ? say.text("{upstream} answered {answer} ({at}, packet {packet}), and {proxy} passed it on (packet {passed})", {
          ...{ ...answer, passed: String(leg.answerPacket) },
        })
      : say.text("{upstream} answered {answer} ({at}, packet {packet}), so {said}", { ...answer, said });
  }
  if (last.answeredAt >= 0 && last.status > 0 && cut === undefined)
    return say.text("{upstream} answered {answer} ({at}, packet {packet}), so what failed is {proxy} itself: {said}", {
      ...answer,
      said,
    });
  if (cut?.by === "server")
    return say.text(
      last.status > 0
        ? "{upstream} ended the call before its answer was whole ({how}, {at}, packet {packet}), so {said}"
        : "{upstream} ended the call without an answer ({how}, {at}, packet {packet}), so {said}",
      { upstream, how: cut.how, at, packet: cut.packet, said },
    );
  if (last.gaps) return say.text("what {upstream} answered was not captured ({at}); {said}", { upstream, at, said });
  const waited = Math.min(leg.over, cut?.time ?? Number.POSITIVE_INFINITY) - last.asked;
  return say.text(
    last.status > 0
      ? "{upstream} did not finish its answer within {delay} ({at}), {deadline}, so {said}"
      : "{upstream} did not answer within {delay} ({at}), {deadline}, so {said}",
    { upstream, delay: duration(waited), at, deadline: deadlineText(leg, last, waited, proxy, say), said },
  );
}

// Whose time was over.
function deadlineText(leg: Leg, last: Leg, waited: number, proxy: string, say: Language): string {
  const deadline = last.deadline ?? leg.deadline;
  const gaveUp =
    last.cut === undefined ? "" : say.text(" ({how}, packet {packet})", { how: last.cut.how, packet: last.cut.packet });
  if (deadline !== undefined && isAtDeadline(waited, deadline))
    return say.text("and the call's deadline of {deadline} was over{gaveUp}", { deadline: duration(deadline), gaveUp });
  return say.text("and {proxy} did not wait longer{gaveUp}", { proxy, gaveUp });
}

function refusedText({ leg, attempts }: Way, proxy: string, say: Language): string {
  const first = attempts[0]!;
  const how = say.text(first.refused ? "it refused the connection" : "nothing answered");
  const times = attempts.length > 1 ? say.text(", {n} attempts", { n: attempts.length }) : "";
  return say.joined([
    say.opening(
      say.text("{proxy} could not connect to {server} ({how}: connection {connection}, packet {packet}{times}), so {said}.", {
        ...{ proxy, server: first.server, how, connection: first.connection, packet: first.packet, times },
        said: saidText(leg, say.text("it"), say),
      }),
    ),
    say.text("That this is why is likely: the attempt falls into the time of the call."),
  ]);
}

function saidText(leg: Leg, proxy: string, say: Language): string {
  const at = streamText(leg, say);
  // A status that was there long before is not what the end was for.
  if (leg.cut !== undefined && (leg.status === 0 || leg.cut.by === "server"))
    return say.text("{proxy} ended the client's call with {how} ({at}, packet {packet})", {
      ...{ proxy, how: leg.cut.how, at, packet: leg.cut.packet },
    });
  return say.text("{proxy} said {answer} to the client ({at}, packet {packet})", {
    ...{ proxy, answer: answerText(leg), at, packet: String(leg.answerPacket) },
  });
}

const streamText = ({ connection, stream }: Leg, say: Language): string => placeText(connection, stream, undefined, say);

const answerText = ({ status, grpcStatus }: Leg): string =>
  grpcStatus > 0 || (grpcStatus === 0 && status === 200)
    ? `grpc-status ${grpcStatus} ${statusName(grpcStatus)}`
    : `:status ${status}`;

/** `nginx`, where its answer names it and not the server behind it. */
function proxyOf({ leg, onwards }: Way, say: Language): string {
  const name = leg.software?.split(/[/ ]/)[0];
  return name === undefined || name === "" || onwards.some(({ software }) => software === leg.software)
    ? say.text("the proxy")
    : utf8(name);
}

// Proxies one behind another.
const HOPS = 4;

const SIGNS: Readonly<Record<Way["by"], string>> = {
  "x-request-id": "they have the same x-request-id",
  traceparent: "they have the same traceparent",
  likeness: "they are alike in path, size and time, but not all of their addresses differ",
};
