// Which octets behind a gap prove that frames begin there, and the near misses.
import { describe, expect, it } from "vitest";
import { isFrames } from "../../src/http2/frame-search.ts";

const ping = "000008 06 00 00000000 3132333435363738";
const settingsAck = "000000 04 01 00000000";
const chain = (hex: string): boolean => {
  const octets = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return isFrames(octets, 0, octets.length, (streamId) => streamId === 1);
};

describe("proof of frame borders behind a gap", () => {
  it.each([
    ["a frame", ping],
    ["an acknowledgment of SETTINGS", settingsAck],
    ["a frame that breaks a rule", "000007 06 00 00000000 31323334353637"],
    ["DATA of a stream that is known", "000003 00 00 00000001 616263"],
    ["frames, and empty DATA", `${ping} 000000 00 01 00000001`],
  ])("%s", (_, hex) => expect(chain(hex)).toBe(true));

  it.each([
    ["nothing", ""],
    ["a frame that does not end with the octets", `${ping} 00`],
    ["a frame that ends beyond them", ping.slice(0, -2)],
    ["DATA of a stream that nobody knows", "000003 00 00 00000003 616263"],
    ["empty DATA alone", "000000 00 01 00000001"],
    ["zeros behind what may be a frame", `${ping} ${"00".repeat(9)}`],
    ["the beginning of a gRPC message full of zeros", `000000 01 09 0aff0100 ${"00".repeat(18)}`],
    ["the reserved bit", "000003 01 04 80000001 828684"],
    ["an unknown type", "000003 0a 04 00000001 828684"],
  ])("not %s", (_, hex) => expect(chain(hex)).toBe(false));
});
