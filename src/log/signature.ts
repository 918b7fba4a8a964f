// Lines that the dictionary knows: what they tell of a fault, an error or an end.
import { ErrorCode } from "../http2/error-code.ts";
import { Flag } from "../http2/frame.ts";
import { dictionary, textsLike } from "../pairing/dictionary.ts";
import { fromHex } from "../pairing/hex-text.ts";
import type { Reaction } from "../pairing/reaction.ts";
import { CLOSED, RESET, type Saying } from "../pairing/sayings/saying.ts";
import { sayings } from "../pairing/sayings.ts";
import type { LogLine, Tells } from "../pairing/software.ts";
import { isStackFrame } from "../pairing/stack-frames.ts";
import type { Side } from "../place.ts";
import type { LogFrame } from "./frame.ts";
import { codeNamed, flagsNamed, kindNamed } from "./names.ts";
import { unescaped } from "./quoted.ts";

export interface Signature {
  /** Of the dictionary: `grpc-go.illegal-stream-id`. */
  readonly name: string;
  /** Empty: anybody's words. */
  readonly software: string;
  readonly tells: Tells;
  /** Rules it is about. */
  readonly rules: readonly string[];
  readonly says: string | undefined;
  /** Which end of the connection wrote it, where that is certain. */
  readonly side: Side | undefined;
  readonly connection: string | undefined;
  readonly streamId: number | undefined;
  readonly lastStreamId: number | undefined;
  readonly errorCode: number | undefined;
  /** The reason inside it, as GOAWAY's debug data may carry it. */
  readonly reason: string | undefined;
  /** The frame that it quotes. */
  readonly quoted: LogFrame | undefined;
  /** What ends it may stand for; undefined: it does not say. */
  readonly kinds: readonly Reaction["kind"][] | undefined;
  /** Whose doing it is; undefined: the other side's of who wrote it, or what the rule says. */
  readonly by: Side | undefined;
}

/** What the dictionary knows of a line; where several of its entries fit, the one that says most, with what the others add. */
export function signatureOf(text: string): Signature | undefined {
  if (isStackFrame(text)) return undefined;
  let found: Signature | undefined;
  for (const { line, software } of LINES) {
    if (!text.includes(line.has)) continue;
    const match = line.text.exec(text);
    if (match === null) continue;
    const one = read(line, software, text, match.groups ?? {});
    found = found === undefined ? one : joined(found, one);
  }
  const outcome = OUTCOME.test(text);
  if ((found !== undefined && found.tells !== "symptom" && !outcome) || !REPORTS.test(text)) return found;
  if (!outcome && CHATTER.test(text)) return found;
  const failed = outcome || FAILED.test(text);
  for (const saying of sayings) {
    const match = saying.bare === true && !failed ? null : saying.text.exec(text);
    if (match === null) continue;
    const one = said(saying, text, match.groups ?? {});
    found = found === undefined ? one : joined(found, one);
  }
  return found;
}

function said(saying: Saying, text: string, { code, text: quoted }: Readonly<Record<string, string | undefined>>): Signature {
  const { software = "", says, kinds, codes, side, by } = saying;
  const stream = STREAM.exec(text);
  const name = code ?? (codes?.length === 1 ? codes[0] : undefined);
  const errorCode = name === undefined ? undefined : codeNamed(upperCase(name).replace(/^NGHTTP2_/, ""));
  const ofKind = saying.rules ?? rulesOf(kinds);
  const refused = errorCode === ErrorCode.refusedStream || text.includes("REFUSED_STREAM");
  const rules = refused ? ["health/refused-streams", ...ofKind] : ofKind;
  return {
    ...{ name: says, software, tells: "symptom", rules, says, kinds, by, errorCode },
    side: side ?? sideOf(text),
    connection: undefined,
    streamId: numberOf(stream?.[1] ?? stream?.[2]),
    lastStreamId: undefined,
    reason: quoted === undefined || quoted === "" ? undefined : fromHex(unescaped(quoted.trim())),
    quoted: undefined,
  };
}

function read(line: LogLine, software: string, text: string, groups: Readonly<Record<string, string | undefined>>): Signature {
  const { stream, last, code, conn, reason, type, flags, len } = groups;
  const kind = type === undefined ? undefined : kindNamed(type);
  const streamId = numberOf(stream);
  const rules = line.rules ?? textsLike(reason?.trim() ?? "").flatMap((known) => known.text.rules);
  return {
    ...{
      name: line.name,
      software,
      tells: line.tells,
      rules,
      says: line.says,
      side: line.side ?? sideOf(text),
      connection: conn,
      streamId,
    },
    lastStreamId: numberOf(last),
    errorCode: code === undefined ? undefined : codeNamed(code.replace(/^NGHTTP2_/, "")),
    reason: reason === undefined || reason === "" ? undefined : fromHex(unescaped(reason.trim())),
    quoted:
      kind === undefined || len === undefined
        ? undefined
        : { kind, streamId: streamId ?? 0, by: "received", length: Number(len), flags: flagsNamed(flags ?? ""), flagMask: MASK },
    kinds: undefined,
    by: undefined,
  };
}

// How it ended is what such words are about.
function rulesOf(kinds: readonly Reaction["kind"][] = []): readonly string[] {
  if (kinds.includes("rst-stream")) return RESET;
  if (!kinds.includes("goaway")) return kinds.length > 0 ? CLOSED : [];
  return kinds.includes("fin") ? [...CLOSED, "health/goaway"] : ["health/goaway", ...CLOSED];
}

// What reports an error quotes the fault, so the report is what the line says.
function joined(one: Signature, two: Signature): Signature {
  const [a, b] = STRENGTH.indexOf(one.tells) <= STRENGTH.indexOf(two.tells) ? [one, two] : [two, one];
  return {
    ...a,
    software: a.software === "" ? b.software : a.software,
    rules: [...new Set([...a.rules, ...b.rules])],
    says: a.says ?? b.says,
    side: a.side ?? b.side,
    connection: a.connection ?? b.connection,
    streamId: a.streamId ?? b.streamId,
    lastStreamId: a.lastStreamId ?? b.lastStreamId,
    errorCode: a.errorCode ?? b.errorCode,
    reason: a.reason ?? b.reason,
    quoted: a.quoted ?? b.quoted,
    kinds: a.kinds ?? b.kinds,
    by: a.by ?? b.by,
  };
}

// Programs name their ends: grpc-go, grpc-java, Jetty, open5gs, linkerd. Where a line names both nothing is known.
export function sideOf(text: string): Side | undefined {
  const server = text.search(SERVER);
  const client = text.search(CLIENT);
  return server >= 0 === client >= 0 ? undefined : server >= 0 ? "server" : "client";
}

const SERVER =
  /\[server-transport |\bhttp2Server\b|\bNettyServer(?:Handler|Transport)\b|\bOkHttpServerTransport\b|\bHTTP2Server(?:Session|Connection)|\bnghttp2-server\.c\b|\b(?:in|out)bound:(?:[\w-]+:)*server\{|\bproxy=\{server=|AspNetCore\.Server\.Kestrel/;
const CLIENT =
  /\[client-transport |\bhttp2Client\b|\bNettyClient(?:Handler|Transport)\b|\bOkHttpClientTransport\b|\bHTTP2Client(?:Session|Connection)|\bnghttp2-client\.c\b|\b(?:in|out)bound:(?:[\w-]+:)*client\{|\bproxy=\{client=|@grpc\/grpc-js\/build\/src\/(?:call|client)\b/;

// Erlang and Elixir write `:protocol_error`.
const upperCase = (code: string): string => (/^[a-z][a-z0-9_]*$/.test(code) ? code.toUpperCase() : code);

const numberOf = (text: string | undefined): number | undefined => {
  const value = text === undefined ? Number.NaN : Number(text);
  return value <= 0x7fffffff ? value : undefined;
};

const STREAM =
  /\b[Ss]tream(?:[ _-]?(?:id|ID|Id))?[\s:=(#]+(?:(?:HTTP2)?Stream(?:Id|ID)\()?(\d{1,10})\b|\bReset\(StreamId\((\d{1,10})\)/;

// Words without which no line reports a failure; and what programs say all the time.
const REPORTS =
  /err|fail|unable|exception|panic|fatal|invalid|illegal|malformed|mismatch|unexpected|exceed|too[ _](?:large|many|long)|refused|reset|abort|clos(?:ed|ing)|broken|time(?:d )?-?out|deadline|cancel|unavailable|exhausted|lost|dropped|drain|shut|age|upstream|" [45]\d\d\b|\b[CScsP][CHDQRL][-VNIDPRU][-VNIDPRU]\b|code|status|unsupported|missing|without|PRI \*/i;
// The status of a call, as gRPC libraries write it; a line that is about a failure in its own opinion.
const OUTCOME =
  /rpc error: code|\bStatusCode[.=]|\bStatus ?\{ ?code|Status(?:Runtime)?Exception: [A-Z_]+|\b\d{1,2} (?:CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS|UNAUTHENTICATED): |GRPC::|RpcException|RpcError/;
const FAILED =
  /\b(?:ERROR|ERR|WARN(?:ING)?|FATAL|SEVERE|CRIT(?:ICAL)?)\b|\[(?:error|warn|crit|err)\]|^[EFW]\d{4} |level=(?:error|warn)|[Ee]rror\b: |Error \[|Exception\b|\bfail(?:ed|ure)\b|panic/;
const CHATTER =
  /state [A-Z+]+ -> [A-Z+]+ \[|CANCEL PINGS: UNKNOWN:Transport destroyed|\breason=close_transport\b|^[ID]\d{4} .*\.cc:\d+\]|\[\w+:(?:debug|trace\d)\]|\b(?:DEBUG|TRACE|FINE|FINER|FINEST|DBUG)\b/;

const STRENGTH: readonly Tells[] = ["received", "sent", "fault", "close", "symptom"];

const MASK = Flag.endStream | Flag.endHeaders;

const LINES: readonly { readonly line: LogLine; readonly software: string }[] = dictionary.flatMap(({ name, lines = [] }) =>
  lines.map((line) => ({ line, software: name })),
);
