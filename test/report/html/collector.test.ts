// What a page is given: frames, fields and octets within the bounds, and no credential.
import { describe, expect, it } from "vitest";
import { sums, sumsBySide } from "../../../src/report/html/columns.ts";
import { type PageData, pageKinds } from "../../../src/report/html/page-data.ts";
import type { Story } from "../../../src/testing.ts";
import { pageOf } from "./paging.ts";

const end = { endStream: true } as const;
const story: Story = (s) => s.client.headers(1).data(1, 10, end).server.headers(1).data(1, 20, end);

/** `client headers 1`, of the frames of one connection. */
function framesOf(page: PageData, index = 0): string[] {
  const { columns } = page.connections[index]!;
  return columns.kind.map((code, i) => `${code & 1 ? "server" : "client"} ${pageKinds[code >> 1]} ${columns.stream[i]}`);
}

function fieldsOf(page: PageData, entry: number): (string | undefined)[] {
  const block = page.blocks[page.connections[0]!.columns.block[entry]!]!;
  return block.fields.map((index) => page.strings[index]);
}

const octetsOf = (page: PageData, entry: number): string =>
  Buffer.from(page.strings[page.connections[0]!.columns.payload[entry]!]!, "base64").toString("latin1");

const entryOf = (page: PageData, frame: string): number => framesOf(page).indexOf(frame);

describe("frames", () => {
  const page = pageOf(story);
  const { columns, lanes } = page.connections[0]!;

  it("are all there in order, with their lengths", () => {
    const own = framesOf(page).filter((frame) => frame.endsWith(" 1"));
    expect(own).toEqual(["client headers 1", "client data 1", "server headers 1", "server data 1"]);
    expect(columns.length[entryOf(page, "client data 1")]).toBe(10);
    expect(columns.length[entryOf(page, "server data 1")]).toBe(20);
  });

  it("have times and offsets that rise", () => {
    const times = [...sums(columns.dTime)];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const offsets = sumsBySide(columns.dOffset, columns.kind);
    for (const side of [0, 1]) {
      const own = [...offsets].filter((_, i) => (columns.kind[i]! & 1) === side);
      expect(own).toEqual([...new Set(own)].toSorted((a, b) => a - b));
    }
    // RFC 9113 3.4: the preface is 24 octets, and the client's SETTINGS follow it.
    expect(offsets[columns.kind.indexOf(pageKinds.indexOf("settings") * 2)]).toBe(24);
  });

  it("have their first bytes, and their fields", () => {
    expect(octetsOf(page, entryOf(page, "client data 1"))).toHaveLength(10);
    expect(fieldsOf(page, entryOf(page, "client headers 1"))).toContain(":method");
    expect(lanes.map(([id, request, status]) => [id, page.strings[request], page.strings[status]])).toEqual([
      [1, "GET /", "200"],
    ]);
  });

  it("of another stream are left out where one is asked for", () => {
    const one = pageOf((s) => s.client.headers(1, end).headers(3, end), { stream: 3 });
    expect(framesOf(one).filter((frame) => frame.startsWith("client headers"))).toEqual(["client headers 3"]);
    // Its windows cannot be counted.
    expect(one.connections[0]!.whole).toBe(false);
    expect(page.connections[0]!.whole).toBe(true);
  });
});

describe("octets", () => {
  it("are bounded", () => {
    const page = pageOf((s) => s.client.headers(1).data(1, "x".repeat(100), end));
    expect(octetsOf(page, entryOf(page, "client data 1"))).toBe("x".repeat(32));
  });

  it.each([
    ["authorization", "Bearer t0ps3cret"],
    ["cookie", "session=t0ps3cret"],
    ["x-auth-bin", "t0ps3cret"],
  ])("and fields do not give %s away", (name, value) => {
    const secret: Story = (s) => s.client.headers(1, { fields: { ...GET, [name]: value } });
    const masked = pageOf(secret);
    const entry = entryOf(masked, "client headers 1");
    expect(fieldsOf(masked, entry)).toContain(`<masked, ${value.length} bytes>`);
    expect(octetsOf(masked, entry)).toBe("");
    expect(JSON.stringify(masked)).not.toContain("t0ps3cret");
    const shown = pageOf(secret, { showSecrets: true });
    expect(fieldsOf(shown, entry)).toContain(value);
    expect(octetsOf(shown, entry)).not.toBe("");
  });

  it("of the CONTINUATION of such a block are left out as well", () => {
    const page = pageOf((s) =>
      s.client.headers(1, { fields: { ...GET, authorization: "t0ps3cret" }, endHeaders: false }).continuation(1),
    );
    for (const frame of ["client headers 1", "client continuation 1"]) expect(octetsOf(page, entryOf(page, frame))).toBe("");
  });

  it("of a block that never ends are left out, whatever it holds", () => {
    const page = pageOf((s) => s.client.headers(1, { endHeaders: false }));
    const entry = entryOf(page, "client headers 1");
    expect(octetsOf(page, entry)).toBe("");
    expect(page.blocks[page.connections[0]!.columns.block[entry]!]).toEqual({ certainty: "unknown", fields: [] });
  });
});

describe("bounds", () => {
  const each = framesOf(pageOf(story)).length;

  it("fold the connections without a finding first", () => {
    const page = pageOf(story, { times: 3, faulty: [1], limits: { reportFrames: each * 2 } });
    expect(page.connections.map(({ folded }) => folded)).toEqual([false, true, false]);
    expect(page.left.foldedFrames).toBe(each);
    const { many } = page.connections[1]!.columns;
    expect(many.reduce((sum, [, frames]) => sum + frames, 0)).toBe(each);
  });

  it("fold what follows where all have findings", () => {
    const page = pageOf(story, { times: 2, faulty: [1, 2], limits: { reportFrames: each + 2 } });
    const [first, second] = page.connections;
    expect(first!.folded).toBe(false);
    expect(second!.columns.many.reduce((sum, [, frames]) => sum + frames, 0)).toBe(each - 2);
    expect(page.left.foldedFrames).toBe(each - 2);
  });

  it("hold for connections and findings", () => {
    const page = pageOf(story, { times: 5, faulty: [3, 4, 5], limits: { reportConnections: 1, reportFindings: 2 } });
    expect(page.connections.map(({ id }) => id)).toEqual([1, 3, 4, 5]);
    expect(page.findings).toHaveLength(2);
    expect(page.left).toMatchObject({ connections: 1, findings: 1 });
  });

  it("hold for texts", () => {
    const long: Story = (s) => s.client.headers(1, { fields: { ...GET, x: "y".repeat(5000) } });
    const page = pageOf(long);
    expect(page.strings.find((text) => text.startsWith("yyy"))).toBe(`${"y".repeat(2048)}... (2952 more bytes)`);
    const full = pageOf(story, { times: 30, faulty: [30], limits: { reportOctets: 4000 } });
    expect(full.connections.at(-1)!.folded).toBe(false);
    expect(full.connections[0]!.folded).toBe(true);
  });

  it("are not told of where nothing is left out", () => {
    expect(new Set(Object.values(pageOf(story).left))).toEqual(new Set([0]));
  });
});

const GET = { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h2.test" };

describe("the story", () => {
  it("is of the worst that failed, and names its finding", () => {
    const page = pageOf(story, { times: 2, faulty: [2], finding: { reaction: { verdict: "tolerated" } } });
    expect(page.story).toMatchObject({ connection: 2, packet: 4, cause: "Said (packet 4).", finding: 0 });
    expect(page.story!.answer).toBe("The server accepted it.");
  });

  it("is not there where nothing failed", () => {
    expect(pageOf(story).story).toBeUndefined();
    expect(pageOf(story, { faulty: [1], finding: { severity: "info" } }).story).toBeUndefined();
    expect(pageOf(story, { faulty: [1], finding: { consequent: true } }).story).toBeUndefined();
  });
});

describe("symptoms", () => {
  it("are told in the page, and that there are none", () => {
    expect(pageOf((s) => s.client.headers(1, end).server.rst(1, 2).close()).symptoms[0]).toBe("1 call did not end well:");
    const answered: Story = (s) => s.client.headers(1, end).server.headers(1, end).goaway(1, 0).close();
    expect(pageOf(answered).symptoms).toEqual(["Nothing failed."]);
  });
});
