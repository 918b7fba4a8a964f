// NODE_DEBUG=http2 and NODE_DEBUG_NATIVE=http2: little of the frames, nothing of the time.
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";

export const node: LogFormat = {
  name: "Node http2",
  hints: ["Http2Se", "Http2St"],
  shows: { length: false, fields: "none" },
  foldsContinuation: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | "part" | undefined {
  if (!text.includes("Http2Session ") && !text.includes("Http2Stream ")) return undefined;
  const side = /Http2Session (client|server)/.exec(text)?.[1] as "client" | "server" | undefined; // the pattern lets nothing else through
  const goaway = /Http2Session (?:client|server): goaway (?<code>\d{1,10}) received \[last stream id: (?<last>\d{1,10})\]/.exec(
    text,
  );
  if (goaway !== null) {
    const frame: Draft<LogFrame> = {
      ...{ kind: "goaway", streamId: 0, by: "received" },
      ...{ errorCode: Number(goaway.groups!["code"]), lastStreamId: Number(goaway.groups!["last"]) },
    };
    return { frame, ...(side === undefined ? {} : { side }) };
  }
  return side === undefined ? "part" : { side };
}
