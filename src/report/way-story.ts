// A failure followed through a proxy, in a sentence or two: what the server behind it did, and what the client got for it.
import { statusName } from "../grpc/status.ts";
import type { Leg } from "./leg.ts";
import { duration, utf8 } from "./text.ts";
import type { Way, Ways } from "./way.ts";

/** What became of a call that failed, from the last server to the first client; undefined where the leg stands alone. */
export function wayText(leg: Leg, ways: Ways, hops = HOPS): string | undefined {
  const way = hops === 0 ? undefined : ways.onward(leg);
  if (way === undefined) return undefined;
  const proxy = proxyOf(way);
  const [last] = way.onwards.slice(-1);
  if (last === undefined) return refusedText(way, proxy);
  const tries = way.onwards.length > 1 ? ` ${proxy} had tried ${way.onwards.length} times.` : "";
  const sure = way.sure ? "" : ` That the two are one call is likely: ${SIGNS[way.by]}.`;
  const deeper = last.failed ? wayText(last, ways, hops - 1) : undefined;
  const before = deeper === undefined ? "" : `${deeper} `;
  return `${before}${sentence(upstreamText(leg, last, proxy))}.${tries}${sure}`;
}

function upstreamText(leg: Leg, last: Leg, proxy: string): string {
  const upstream = `the upstream ${last.server}`;
  const at = `connection ${last.connection}, stream ${last.stream}`;
  if (leg.cut?.by === "client" && (last.cut === undefined || last.cut.time >= leg.cut.time) && last.status === 0) {
    const passed =
      last.cut === undefined ? "" : `; ${proxy} passed that on with ${last.cut.how} (${at}, packet ${last.cut.packet})`;
    return `the client gave up after ${duration(leg.cut.time - leg.asked)} (${leg.cut.how}, packet ${leg.cut.packet})${passed}; ${upstream} had not answered`;
  }
  const said = saidText(leg, proxy);
  const { cut } = last;
  if (last.failed && cut === undefined) {
    const isSame = last.grpcStatus > 0 ? last.grpcStatus === leg.grpcStatus : last.status === leg.status && leg.grpcStatus <= 0;
    const answer = `${upstream} answered ${answerText(last)} (${at}, packet ${last.answerPacket})`;
    return isSame ? `${answer}, and ${proxy} passed it on (packet ${leg.answerPacket})` : `${answer}, so ${said}`;
  }
  if (last.answeredAt >= 0 && last.status > 0 && cut === undefined)
    return `${upstream} answered ${answerText(last)} (${at}, packet ${last.answerPacket}), so what failed is ${proxy} itself: ${said}`;
  const answered = last.status > 0 ? "before its answer was whole" : "without an answer";
  if (cut?.by === "server") return `${upstream} ended the call ${answered} (${cut.how}, ${at}, packet ${cut.packet}), so ${said}`;
  if (last.gaps) return `what ${upstream} answered was not captured (${at}); ${said}`;
  const waited = Math.min(leg.over, cut?.time ?? Number.POSITIVE_INFINITY) - last.asked;
  const what = last.status > 0 ? "did not finish its answer" : "did not answer";
  return `${upstream} ${what} within ${duration(waited)} (${at}), ${deadlineText(leg, last, waited, proxy)}, so ${said}`;
}

// Whose time was over.
function deadlineText(leg: Leg, last: Leg, waited: number, proxy: string): string {
  const deadline = last.deadline ?? leg.deadline;
  const gaveUp = last.cut === undefined ? "" : ` (${last.cut.how}, packet ${last.cut.packet})`;
  if (deadline !== undefined && waited >= 0.95 * deadline)
    return `and the call's deadline of ${duration(deadline)} was over${gaveUp}`;
  return `and ${proxy} did not wait longer${gaveUp}`;
}

function refusedText({ leg, attempts }: Way, proxy: string): string {
  const [first] = attempts;
  const times = attempts.length > 1 ? `, ${attempts.length} attempts` : "";
  const how = first!.refused ? "it refused the connection" : "nothing answered";
  return `${sentence(proxy)} could not connect to ${first!.server} (${how}: connection ${first!.connection}, packet ${first!.packet}${times}), so ${saidText(leg, "it")}. That this is why is likely: the attempt falls into the time of the call.`;
}

function saidText(leg: Leg, proxy: string): string {
  const at = `connection ${leg.connection}, stream ${leg.stream}`;
  if (leg.status === 0 && leg.cut !== undefined)
    return `${proxy} ended the client's call with ${leg.cut.how} (${at}, packet ${leg.cut.packet})`;
  return `${proxy} said ${answerText(leg)} to the client (${at}, packet ${leg.answerPacket})`;
}

const answerText = ({ status, grpcStatus }: Leg): string =>
  grpcStatus > 0 || (grpcStatus === 0 && status === 200)
    ? `grpc-status ${grpcStatus} ${statusName(grpcStatus)}`
    : `:status ${status}`;

/** `nginx`, where its answer names it and not the server behind it. */
function proxyOf({ leg, onwards }: Way): string {
  const name = leg.software?.split(/[/ ]/)[0];
  return name === undefined || name === "" || onwards.some(({ software }) => software === leg.software)
    ? "the proxy"
    : utf8(name);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

// Proxies one behind another.
const HOPS = 4;

const SIGNS: Readonly<Record<Way["by"], string>> = {
  "x-request-id": "they have the same x-request-id",
  traceparent: "they have the same traceparent",
  likeness: "they are alike in path, size and time, but not all of their addresses differ",
};
