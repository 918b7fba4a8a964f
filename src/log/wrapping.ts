// What collectors and structured loggers put around a line: the message inside, with the time in front where it has none.
import { timeOf } from "./timestamp.ts";

/** The message of a line as a program wrote it; the line itself where nothing is around it. */
export function unwrapped(line: string): string {
  let text = line;
  for (let depth = 0; depth < DEPTH; depth++) {
    const inner = prefixless(text) ?? ofJson(text) ?? ofLogfmt(text) ?? ofCsv(text);
    if (inner === undefined) return text;
    text = inner;
  }
  return text;
}

// CRI: `time stdout F message`; journald and syslog: `time host program[pid]: message`; docker compose: `name-1  | message`.
function prefixless(text: string): string | undefined {
  const match = CRI.exec(text) ?? SYSLOG.exec(text) ?? COMPOSE.exec(text);
  return match === null ? undefined : timed(text.slice(match[0].length), match.groups?.["time"]);
}

function ofJson(text: string): string | undefined {
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const record = value as Readonly<Record<string, unknown>>; // between braces JSON holds nothing else
  // tracing-subscriber keeps what an event holds apart.
  const fields = typeof record["fields"] === "object" && record["fields"] !== null ? record["fields"] : {};
  const all: Readonly<Record<string, unknown>> = { ...record, ...fields };
  const message = MESSAGES.map((name) => all[name]).find((one): one is string => typeof one === "string");
  if (message === undefined) return undefined;
  const more = Object.entries(all)
    .filter(([name, one]) => !SKIPPED.has(name) && (typeof one === "string" || typeof one === "number") && one !== message)
    .map(([name, one]) => `${name}=${String(one)}`);
  const side = peerOf(record);
  const whole = [message.trimEnd(), ...more, ...(side === undefined ? [] : [`peer=${side}`])].join(" ");
  return timed(octets(whole), timeIn(record));
}

/** Of tracing's span. */
function peerOf({ span }: Readonly<Record<string, unknown>>): string | undefined {
  const peer = typeof span === "object" && span !== null && "peer" in span ? span.peer : undefined;
  return typeof peer === "string" ? peer : undefined;
}

function timeIn(record: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of TIMES) {
    const value = record[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" && value > 0) {
      const seconds = value > 1e17 ? value / 1e9 : value > 1e14 ? value / 1e6 : value > 1e11 ? value / 1e3 : value;
      return isoOf(seconds);
    }
  }
  const instant = record["instant"];
  if (typeof instant !== "object" || instant === null || !("epochSecond" in instant)) return undefined;
  const nanos = "nanoOfSecond" in instant ? Number(instant.nanoOfSecond) : 0;
  return isoOf(Number(instant.epochSecond) + nanos / 1e9);
}

function isoOf(seconds: number): string | undefined {
  if (!(seconds > 0 && seconds < 1e11)) return undefined;
  const whole = Math.floor(seconds);
  const micros = Math.min(Math.round((seconds - whole) * 1e6), 999_999);
  return `${new Date(whole * 1e3).toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`;
}

// `ts=... level=info msg="..."`
function ofLogfmt(text: string): string | undefined {
  const match = LOGFMT.exec(text);
  if (match === null) return undefined;
  const message = match.groups!["quoted"]!.replace(/\\(["\\])/g, "$1");
  const rest = `${text.slice(0, match.index)}${text.slice(match.index + match[0].length)}`.trim();
  const time = /\b(?:time|ts|t|timestamp)="?([^\s"]+)"?/.exec(rest)?.[1];
  return timed(`${message} ${rest}`, time);
}

// `"time","name","message"`: a quote inside is doubled.
function ofCsv(text: string): string | undefined {
  if (!CSV.test(text)) return undefined;
  const cells = [...text.matchAll(/(?:^|,)"((?:[^"]|"")*)"/g)].map(([, cell]) => cell!.replaceAll('""', '"'));
  return cells.length < 2 ? undefined : cells.join(" ");
}

const timed = (message: string, time: string | undefined): string =>
  time === undefined || timeOf(message) !== undefined ? message : `${time} ${message}`;

/** One character per octet, as lines are. */
const octets = (text: string): string => (WIDE.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text);

const CRI = /^(?<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) std(?:out|err) [FP] /;
const SYSLOG =
  /^(?:<\d{1,3}>\d? ?)?(?<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) [\w.-]+ [\w./@-]+\[\d+\]: /;
const COMPOSE = /^[\w.-]+ +\| /;
const LOGFMT = /(?<=^|\s)(?:msg|message)="(?<quoted>(?:[^"\\]|\\.)*)"/;
const CSV = /^"[^"]*","/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of one octet are left
const WIDE = /[^\x00-\x7f]/;

// What holds the message, the outermost wrapping first.
const MESSAGES = ["log", "message", "msg", "MESSAGE", "textPayload", "body", "event", "@message"];
const TIMES = ["timestamp", "time", "ts", "@timestamp", "date", "datetime", "@t", "t"];
const SKIPPED: ReadonlySet<string> = new Set([
  ...MESSAGES,
  ...TIMES,
  "level",
  "severity",
  "stream",
  "logger",
  "caller",
  "target",
]);
// A collector around a structured logger around a library's line.
const DEPTH = 4;
