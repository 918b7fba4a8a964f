import { describe, expect, it } from "vitest";
import { timeOf } from "../../src/log/timestamp.ts";

const NEW_YEAR = Date.UTC(2024, 0, 5, 10, 0, 0) / 1000;

describe("the time of a line", () => {
  it.each([
    ["2024-01-05T10:00:00.000001Z DEBUG x", NEW_YEAR + 1e-6, "utc", 1e-6],
    ["D 2024-01-05T10:00:00.669Z | v1.12.2 1 | transport | x", NEW_YEAR + 0.669, "utc", 1e-3],
    ["2024-01-05T12:30:00+02:30 x", NEW_YEAR, "utc", 1],
    ["[2024-01-05 10:00:00.000][14][debug][http2] x", NEW_YEAR, "local", 1e-3],
    ["2024-01-05 10:00:00,250 DEBUG x", NEW_YEAR + 0.25, "local", 1e-3],
    ["2024/01/05 10:00:00 INFO: [transport] x", NEW_YEAR, "local", 1],
    ["ERROR: 2024/01/05 10:00:00 [transport] x", NEW_YEAR, "local", 1],
    ["2024/01/05 10:00:00.5 x", NEW_YEAR + 0.5, "local", 0.1],
    ["[Fri Jan 05 10:00:00.000001 2024] [http2:debug] x", NEW_YEAR + 1e-6, "local", 1e-6],
    ["I0000 00:00:1704448800.629690   44342 parsing.cc:338] x", NEW_YEAR + 0.62969, "utc", 1e-6],
    ["I0105 10:00:00.629690613   44342 parsing.cc:338] x", 36_000.629690613, "day", 1e-9],
    ["[  0.012] recv SETTINGS frame", 0.012, "start", 1e-3],
    ["[id=2] [ 12.250] send PING frame", 12.25, "start", 1e-3],
    ["10:00:00.000001 [0-0] * [HTTP/2] x", 36_000.000001, "day", 1e-6],
    ["10:00:00.123 [main] DEBUG x", 36_000.123, "day", 1e-3],
  ])("%s", (line, seconds, base, resolution) => {
    const time = timeOf(line)!;
    expect(time.base).toBe(base);
    expect(time.seconds).toBeCloseTo(seconds, 6);
    expect(time.resolution).toBeCloseTo(resolution, 12);
  });

  it.each(["", "hello", "2024-13-05T10:00:00Z", "2024/01/32 10:00:00", "99:00", `${"x".repeat(200)}2024-01-05T10:00:00Z`])(
    "is not in %j",
    (line) => expect(timeOf(line)).toBeUndefined(),
  );
});
