// How steps of two exchanges that stand for each other differ, in words.
import { kindName } from "../http2/frame.ts";
import type { Step } from "./shape.ts";
import { plural } from "./text.ts";

type Names = readonly [bad: string, good: string];

export interface End {
  readonly text: string;
  readonly step: Step | undefined;
}

/** How a side ends its message. */
export function endOf(steps: readonly Step[]): End {
  const reset = steps.find(({ kind }) => kind === "rst-stream");
  const step = steps.find(({ endStream }) => endStream);
  if (step === undefined) {
    if (reset !== undefined) return { text: `RST_STREAM ${reset.errorCode ?? ""}`.trimEnd(), step: reset };
    return { text: steps.length === 0 ? NONE : "nothing: END_STREAM never comes", step: undefined };
  }
  if (step.kind === "data") return { text: step.endsEmpty ? "END_STREAM on an empty DATA frame" : "END_STREAM on DATA", step };
  const trailers = step.role === "request-trailers" || step.role === "response-trailers";
  const names = step.fields.map(([name]) => name);
  const carried = names.length === 0 ? "no field" : `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}`;
  return {
    text: trailers ? `HEADERS (END_STREAM) carrying ${carried}` : "END_STREAM on the HEADERS that begin it",
    step,
  };
}

export function endsSentence([bad, good]: Names, message: string, b: End, g: End): string {
  if (message === "response") {
    if (b.text === NONE) return `${bad} gets no response, ${good} one that ends with ${g.text}`;
    if (g.text === NONE) return `${good} gets no response, ${bad} one that ends with ${b.text}`;
    return `the response to ${bad} ends with ${b.text}, that to ${good} with ${g.text}`;
  }
  return `${bad} ends the ${message} with ${b.text}, ${good} with ${g.text}`;
}

const NONE = "nothing at all";

/** What differs between two frames that stand for each other. */
export function* stepDifferences(b: Step, g: Step, [bad, good]: Names, message: string): Generator<string> {
  const head = b.role === "request" || b.role === "response" ? message : `${message}'s ${b.role ?? kindName(b.kind)}`;
  if (b.errorCode !== g.errorCode) yield `${bad} sends RST_STREAM ${b.errorCode}, ${good} RST_STREAM ${g.errorCode}`;
  if (b.padded !== g.padded) yield `${b.padded ? bad : good} pads ${kindName(b.kind)}, ${b.padded ? good : bad} does not`;
  if (b.priority !== g.priority)
    yield `${b.priority ? bad : good} sends HEADERS with a priority, ${b.priority ? good : bad} without`;
  if (b.kind === "data") {
    if ((b.octets === 0) !== (g.octets === 0))
      yield `${b.octets === 0 ? bad : good} sends no content in the ${message}, ${b.octets === 0 ? good : bad} does`;
    return;
  }
  const [mine, theirs] = [namesIn(b), namesIn(g)];
  const extra = [...mine].filter((name) => !theirs.has(name));
  const missing = [...theirs].filter((name) => !mine.has(name));
  if (extra.length > 0) yield `in the ${head} only ${bad} sends ${listed(extra)}`;
  if (missing.length > 0) yield `in the ${head} only ${good} sends ${listed(missing)}`;
  for (const name of PROTOCOL_FIELDS) {
    const [one, another] = [valuesIn(b, name), valuesIn(g, name)];
    if (one !== undefined && another !== undefined && one !== another)
      yield `in the ${head} ${name} is "${one}" with ${bad}, "${another}" with ${good}`;
  }
  const order = (step: Step) =>
    [...new Set(step.fields.map(([name]) => name))].filter((name) => mine.has(name) && theirs.has(name));
  const pseudo = (names: readonly string[]) => names.filter((name) => name.startsWith(":"));
  const [ours, others] = [pseudo(order(b)), pseudo(order(g))];
  if (ours.join() !== others.join()) yield `in the ${head} ${bad} orders ${ours.join(" ")}, ${good} ${others.join(" ")}`;
  const twice = [...mine].filter((name) => countIn(b, name) > 1 && countIn(g, name) === 1);
  if (twice.length > 0) yield `in the ${head} ${bad} repeats ${listed(twice)}`;
}

const namesIn = ({ fields }: Step): ReadonlySet<string> => new Set(fields.map(([name]) => name));
const countIn = ({ fields }: Step, name: string): number => fields.filter(([one]) => one === name).length;

function valuesIn({ fields }: Step, name: string): string | undefined {
  const values = fields.filter(([one]) => one === name).map(([, value]) => value);
  return values.length === 0 || values.includes(undefined) ? undefined : values.join(", ");
}

export function stepText({ kind, role, frames, endStream, errorCode, fields }: Step): string {
  const flags = endStream ? " (END_STREAM)" : "";
  if (kind === "data") return `DATA${flags}`;
  if (kind === "rst-stream") return `RST_STREAM ${errorCode ?? ""}`.trimEnd();
  if (kind !== "headers") return frames > 1 ? `${kindName(kind)} frames` : kindName(kind);
  const names = fields.map(([name]) => name);
  const what = role === "interim" ? "interim HEADERS" : role?.endsWith("trailers") === true ? "trailing HEADERS" : "HEADERS";
  return `${what}${flags}${names.length === 0 ? "" : ` carrying ${listed(names.slice(0, 3))}`}`;
}

const listed = (names: readonly string[]): string =>
  names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${plural(names.length - 8, "more field")}`;

// Their values say how a message is to be read; those of other fields differ from call to call.
const PROTOCOL_FIELDS = [
  ...[":method", ":scheme", ":status", ":protocol", "content-type", "te", "grpc-encoding", "grpc-accept-encoding"],
  ...["accept-encoding", "content-encoding", "connection", "transfer-encoding", "expect", "trailer", "grpc-status"],
];
