// The times that logs begin their lines with.
import type { LogTime } from "./event.ts";

/** The first time in the head of a line. */
export function timeOf(line: string): LogTime | undefined {
  const head = line.length > HEAD ? line.slice(0, HEAD) : line;
  for (const { pattern, read } of FORMS) {
    const match = pattern.exec(head);
    if (match === null) continue;
    const time = read(match);
    if (time !== undefined && Number.isFinite(time.seconds)) return time;
  }
  return undefined;
}

const resolutionOf = (decimals: string | undefined): number => 10 ** -Math.min(decimals?.length ?? 0, 9);

const fraction = (decimals: string | undefined): number => (decimals === undefined ? 0 : Number(`0.${decimals}`));

/** Seconds since the epoch of a date and a time of day; undefined where there is no such day. */
function epoch(year: string, month: number, day: string, hour: string, minute: string, second: string): number | undefined {
  const value = Date.UTC(Number(year), month - 1, Number(day), Number(hour), Number(minute), Number(second));
  const within = month >= 1 && month <= 12 && Number(day) >= 1 && Number(day) <= 31 && Number(hour) < 24 && Number(minute) < 60;
  return within ? value / 1000 : undefined;
}

function zoneOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (text === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(text)!; // the pattern lets nothing else through
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

interface Form {
  readonly pattern: RegExp;
  read(match: RegExpExecArray): LogTime | undefined;
}

const FORMS: readonly Form[] = [
  {
    // ISO 8601, as tracing, grpc-js, Envoy and many layouts of Java write it.
    pattern: /(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/,
    read([, year, month, day, hour, minute, second, decimals, zone]) {
      const seconds = epoch(year!, Number(month), day!, hour!, minute!, second!);
      const east = zoneOf(zone);
      if (seconds === undefined) return undefined;
      return {
        seconds: seconds + fraction(decimals) - (east ?? 0),
        base: east === undefined ? "local" : "utc",
        resolution: resolutionOf(decimals),
      };
    },
  },
  {
    // Go's log package, nginx, nghttpx.
    pattern: /(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/,
    read([, year, month, day, hour, minute, second, decimals]) {
      const seconds = epoch(year!, Number(month), day!, hour!, minute!, second!);
      return seconds === undefined ? undefined : local(seconds, decimals);
    },
  },
  {
    // Apache httpd.
    pattern: /\[\w{3} (\w{3}) +(\d\d?) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})\]/,
    read([, name, day, hour, minute, second, decimals, year]) {
      const seconds = epoch(year!, MONTHS.indexOf(name!) + 1, day!, hour!, minute!, second!);
      return seconds === undefined ? undefined : local(seconds, decimals);
    },
  },
  {
    // java.util.logging, in the line before the text.
    pattern: /^(?:[^A-Z]*\): )?([A-Z][a-z]{2}) (\d\d?), (\d{4}),? (\d\d?):(\d\d):(\d\d)\s(AM|PM)\b/,
    read([, name, day, year, hour, minute, second, half]) {
      const hours = (Number(hour) % 12) + (half === "PM" ? 12 : 0);
      const seconds = epoch(year!, MONTHS.indexOf(name!) + 1, day!, String(hours), minute!, second!);
      return seconds === undefined ? undefined : local(seconds, undefined);
    },
  },
  {
    // Abseil, as gRPC C-core uses it: seconds since the epoch.
    pattern: /^[IWEFD]0000 00:00:(\d{9,11})\.(\d{1,9}) /,
    read: ([, seconds, decimals]) => ({
      seconds: Number(seconds) + fraction(decimals),
      base: "utc",
      resolution: resolutionOf(decimals),
    }),
  },
  {
    // glog: month and day without a year.
    pattern: /^[IWEFD](?:\d{4}) +(\d\d):(\d\d):(\d\d)\.(\d{1,9}) /,
    read: ([, hour, minute, second, decimals]) => ofDay(hour!, minute!, second!, decimals),
  },
  {
    // nghttp, nghttpd: since the start.
    pattern: /^(?:\[id=\d+\] )?\[ *(\d{1,9})\.(\d{1,9})\] /,
    read: ([, seconds, decimals]) => ({
      seconds: Number(seconds) + fraction(decimals),
      base: "start",
      resolution: resolutionOf(decimals),
    }),
  },
  {
    // curl --trace-time, Logback's default layout.
    pattern: /^\[?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\b/,
    read: ([, hour, minute, second, decimals]) => ofDay(hour!, minute!, second!, decimals),
  },
];

const local = (seconds: number, decimals: string | undefined): LogTime => ({
  seconds: seconds + fraction(decimals),
  base: "local",
  resolution: resolutionOf(decimals),
});

const ofDay = (hour: string, minute: string, second: string, decimals: string | undefined): LogTime => ({
  seconds: Number(hour) * 3600 + Number(minute) * 60 + Number(second) + fraction(decimals),
  base: "day",
  resolution: resolutionOf(decimals),
});

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// Characters in which a time is looked for.
const HEAD = 120;
