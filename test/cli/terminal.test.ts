import { describe, expect, it } from "vitest";
import { fitted, progressText } from "../../src/cli/terminal.ts";

describe("the progress line", () => {
  it("tells per cent and time left where the size is known", () => {
    expect(progressText({ file: "a.pcap", octets: 25e6, of: 100e6, packets: 1 }, 5)).toBe(
      "a.pcap: 25%, 25.0 MB, 1 packet, 5.0 MB/s, 15.00 s left",
    );
    expect(progressText({ file: "a.pcap.gz", octets: 25e6, packets: 2000 }, 5)).toBe(
      "a.pcap.gz: 25.0 MB, 2,000 packets, 5.0 MB/s",
    );
  });

  it("never outgrows the terminal, and keeps the numbers", () => {
    const text = progressText({ file: `${"long/".repeat(40)}x.pcap`, octets: 25e6, of: 100e6, packets: 9 }, 5);
    for (const columns of [1, 9, 10, 39, 79, 199]) expect(fitted(text, columns).length).toBeLessThanOrEqual(columns);
    expect(fitted(text, 79)).toMatch(/\.\.\..*left$/);
    expect(fitted("short", 79)).toBe("short");
  });
});
