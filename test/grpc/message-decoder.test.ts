import { describe, expect, it } from "vitest";
import { MessageDecoder } from "../../src/grpc/message-decoder.ts";
import { octets } from "../http2/octets.ts";

type Piece = string | "gap";

interface Case {
  readonly about: string;
  /** Pieces of content, `gap` where octets are missing. */
  readonly pieces: readonly Piece[];
  /** `flag length` of each prefix, `flag length octets` of each whole message. */
  readonly told: readonly string[];
  readonly state?: string;
  readonly messages: number;
  /** Octets missing of the last message. */
  readonly missing?: number;
}

// gRPC over HTTP2, Length-Prefixed-Message: Compressed-Flag (0 or 1), Message-Length (4 octets, network order), Message.
const cases: readonly Case[] = [
  { about: "nothing", pieces: [], told: [], messages: 0 },
  { about: "an empty message", pieces: ["00 00000000"], told: ["0 0", "0 0 ''"], messages: 1 },
  { about: "a message", pieces: ['00 00000003 "abc"'], told: ["0 3", "0 3 'abc'"], messages: 1 },
  {
    about: "three messages, one compressed",
    pieces: ['00 00000001 "a" 01 00000002 "bc" 00 00000000'],
    told: ["0 1", "0 1 'a'", "1 2", "1 2 'bc'", "0 0", "0 0 ''"],
    messages: 3,
  },
  { about: "the prefix cut off", pieces: ["00 000000"], told: [], messages: 0, missing: 1 },
  { about: "the message cut off", pieces: ['00 00000003 "ab"'], told: ["0 3"], messages: 0, missing: 1 },
  { about: "4 GiB declared", pieces: ['01 ffffffff "ab"'], told: ["1 4294967295"], messages: 0, missing: 4294967293 },
  { about: "flag 2", pieces: ['02 00000001 "a"'], told: ["2 1"], state: "foreign", messages: 0 },
  { about: "no messages at all", pieces: ['"<html></html>"'], told: ["60 1752460652"], state: "foreign", messages: 0 },
  {
    about: "a flag that is wrong later on",
    pieces: ["00 00000000 80 00000000 00 00000000"],
    told: ["0 0", "0 0 ''", "128 0"],
    state: "foreign",
    messages: 1,
  },
  {
    about: "a gap after a message",
    pieces: ['00 00000001 "a"', "gap", '00 00000001 "b"'],
    told: ["0 1", "0 1 'a'"],
    state: "lost",
    messages: 1,
  },
  { about: "a gap in a message", pieces: ['00 00000009 "a"', "gap", '"bc"'], told: ["0 9"], state: "lost", messages: 0 },
  { about: "a gap in a prefix", pieces: ["00 00", "gap", '"bc"'], told: [], state: "lost", messages: 0 },
];

class Recorder extends MessageDecoder {
  readonly told: string[] = [];
  kept = 0;

  protected override get flags(): number {
    return 1;
  }

  protected override messageStart(): boolean {
    this.told.push(`${this.flag} ${this.length}`);
    expect(this.bytes).toBeUndefined();
    this.kept += this.length;
    return true;
  }

  protected override messageEnd(): void {
    const text = Buffer.from(this.bytes ?? []).toString("latin1");
    this.told.push(`${this.flag} ${this.length} '${text}'`);
    expect(this.inMessage).toBe(false);
    expect(this.number).toBe(this.told.filter((one) => one.includes("'")).length);
  }

  protected override release(length: number): void {
    this.kept -= length;
  }
}

function run(pieces: readonly (Uint8Array | "gap")[]) {
  const decoder = new Recorder("client");
  decoder.start();
  for (const piece of pieces) {
    if (piece === "gap") decoder.lose();
    else {
      // Borrowed, and overwritten afterwards.
      const lent = Buffer.concat([Buffer.from("xx"), piece, Buffer.from("xx")]);
      decoder.decode(lent, 2, 2 + piece.length);
      lent.fill(0xee);
    }
  }
  const { state, messages, missing, inMessage } = decoder;
  return { told: decoder.told, state, messages, missing, inMessage, decoder };
}

const split = (bytes: Uint8Array, at: number) => [bytes.subarray(0, at), bytes.subarray(at)];

describe.each(cases)("$about", ({ pieces, told, state = "on", messages, missing = 0 }) => {
  const whole = pieces.map((piece) => (piece === "gap" ? "gap" : octets(piece)));

  const check = (given: readonly (Uint8Array | "gap")[]) => {
    const ran = run(given);
    expect({ told: ran.told, state: ran.state, messages: ran.messages, missing: ran.missing }).toEqual({
      told,
      state,
      messages,
      missing,
    });
    expect(ran.inMessage).toBe(missing > 0);
  };

  it("whole", () => check(whole));

  it("split at every byte", () => {
    whole.forEach((piece, i) => {
      if (piece === "gap") return;
      for (let at = 1; at < piece.length; at++) check([...whole.slice(0, i), ...split(piece, at), ...whole.slice(i + 1)]);
    });
  });

  it("byte by byte", () => {
    check(
      whole.flatMap((piece): (Uint8Array | "gap")[] =>
        piece === "gap" ? [piece] : Array.from(piece, (octet) => Uint8Array.of(octet)),
      ),
    );
  });
});

it("reads nothing before it is started", () => {
  const decoder = new Recorder("server");
  decoder.decode(octets("00 00000000"), 0, 5);
  expect(decoder.messages).toBe(0);
  expect(decoder.told).toEqual([]);
});

it("keeps what has come, not what is declared, and gives it back", () => {
  const { decoder } = run([octets('01 ffffffff "abc"')]);
  expect(decoder.kept).toBe(0xffffffff);
  decoder.close();
  expect(decoder.kept).toBe(0);
});
