// Why a call did not go well, in lines below its row: what the server said, who ended it, whether its time was over.
import type { Json } from "../grpc/schemaless.ts";
import { english, type Language } from "../lang/language.ts";
import type { ExchangeObject } from "./exchange.ts";
import { errorOf } from "./method-summary.ts";
import { duration, utf16Octets } from "./text.ts";

/** Text of the wire is as it came: `printable` is for the caller. */
export function causeOf(exchange: ExchangeObject, say: Language = english): string[] {
  const { grpcMessage = "", grpcDetails = [], deadline, deadlinePassed, previousAttempts, trailersOnly, endedBy } = exchange;
  const failed = errorOf(exchange) !== undefined;
  const facts = [
    ...(endedBy === undefined ? [] : [endText(endedBy, say)]),
    ...(failed && deadlinePassed === true && deadline !== undefined
      ? [say.text("the deadline of {deadline} had passed", { deadline: duration(deadline) })]
      : []),
    ...(failed && trailersOnly === true ? ["Trailers-Only"] : []),
    ...(previousAttempts === undefined || previousAttempts === 0 ? [] : [say.text("attempt {n}", { n: previousAttempts + 1 })]),
  ];
  return [
    ...(failed && grpcMessage !== "" ? [`"${utf16Octets(grpcMessage)}"`] : []),
    ...(facts.length === 0 ? [] : [facts.join(say.text(", "))]),
    ...(failed ? grpcDetails.map(detailText) : []),
  ];
}

function endText({ side, how, errorCode }: NonNullable<ExchangeObject["endedBy"]>, say: Language): string {
  const what = how === "rst-stream" ? "RST_STREAM" : how === "goaway" ? "GOAWAY" : `TCP ${how.toUpperCase()}`;
  return say.text("{end} by the {side}", { end: errorCode === undefined ? what : `${what} ${errorCode}`, side: say.text(side) });
}

// `ErrorInfo {"reason":"..."}`
function detailText(detail: Json): string {
  const { "@type": type, ...rest } = detail as { [name: string]: Json }; // detailJson makes nothing else
  const name = String(type);
  return utf16Octets(`${name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf("/")) + 1)} ${JSON.stringify(rest)}`);
}
