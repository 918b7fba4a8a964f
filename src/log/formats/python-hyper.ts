// python-hyper/h2's OutputLogger at trace level, and hypercorn's. Only what is received is reported.
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { flagsNamed, kindNamed } from "../names.ts";

export const pythonHyper: LogFormat = {
  name: "python-hyper/h2",
  hints: ["eceived frame: ", "h2 (debug): Init"],
  shows: { length: false, fields: "none" },
  foldsContinuation: true,
  unkeyed: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  if (text.includes("h2 (debug): Initializing connection")) return { mark: "start" };
  const match = FRAME.exec(text);
  if (match === null) return undefined;
  const { type, stream, flags = "", rest = "" } = match.groups!;
  const kind = kindNamed(type!);
  if (kind === undefined) return undefined;
  const frame: Draft<LogFrame> = {
    ...{ kind, streamId: Number(stream), by: "received" },
    flags: flagsNamed(flags.replace(/[' ]/g, "").replaceAll(",", "|")),
  };
  const code = /\berror_code=(\d{1,10})/.exec(rest)?.[1];
  if (code !== undefined) frame.errorCode = Number(code);
  const last = /\blast_stream_id=(\d{1,10})/.exec(rest)?.[1];
  if (last !== undefined) frame.lastStreamId = Number(last);
  const settings = /\bsettings=\{([^}]*)\}/.exec(rest)?.[1];
  if (kind === "settings" && settings !== undefined)
    frame.settings = [...settings.matchAll(/(\d{1,5}): (\d{1,10})/g)].map(
      ([, id, value]) => [Number(id), Number(value)] as const,
    );
  const increment = /\bwindow_increment=(\d{1,10})/.exec(rest)?.[1];
  if (increment !== undefined) frame.increment = Number(increment);
  return { frame };
}

const FRAME =
  /Received frame: (?:<)?(?<type>[A-Za-z]+)Frame\(stream_id=(?<stream>\d{1,10}), flags=\[(?<flags>[^\]]*)\]\)(?:: (?<rest>.*))?/;
