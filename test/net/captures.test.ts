import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { capture, haveCaptures } from "../capture/reading.ts";
import { type ReadSegment, segmentsOf } from "./segments.ts";

const wrapped = (name: string) => capture(`wrapped/d-viol${name}`);
const where = haveCaptures ? "" : " (no captures beside the project)";

/** What the wrappings that leave each segment alone may not change. */
const bare = (segments: readonly ReadSegment[]) =>
  segments.map(({ ports, seq, ack, flags, payload, cut }) => ({ ports, seq, ack, flags, payload, cut }));

describe.skipIf(!haveCaptures)(`the same segments in another wrapping${where}`, () => {
  test.each(
    [
      ["-be.pcap", "-be-ns.pcap", "-ns.pcap", "-ng.pcapng", "-multi-if.pcapng", "-spb.pcapng", "-truncated.pcapng"],
      ["-ipv4.pcap", "-raw.pcap", "-null-le.pcap", "-sll.pcap", "-vlan.pcap", "-qinq.pcap", "-trailer.pcap", "-tso-len0.pcap"],
      ["-ipv6.pcap", "-ipv6-ext.pcap"],
      ["-ppp.pcap", "-gre.pcap", "-gtpu.pcap", "-ipip.pcap", "-vxlan.pcap"],
    ].flat(),
  )("%s", async (name) => {
    const base = await segmentsOf(wrapped(".pcap"));
    const { segments, diagnostics } = await segmentsOf(wrapped(name));
    expect(base.segments.length).toBe(25);
    expect(bare(segments)).toEqual(bare(base.segments));
    expect(segments.map(({ packet }) => packet)).toEqual(base.segments.map(({ packet }) => packet));
    // Simple Packet Blocks have no time, the others have a finer or coarser one: tshark is asked for it below.
    const hasOtherTimes = ["-spb.pcapng", "-ns.pcap", "-be-ns.pcap", "-multi-if.pcapng"].includes(name);
    if (!hasOtherTimes) expect(segments.map(({ time }) => time)).toEqual(base.segments.map(({ time }) => time));
    expect(diagnostics.map(({ code }) => code)).toEqual(name === "-truncated.pcapng" ? ["capture/cut-record"] : []);
  });

  test("-truncated-record.pcap lacks its last one", async () => {
    const base = await segmentsOf(wrapped(".pcap"));
    const { segments, diagnostics } = await segmentsOf(wrapped("-truncated-record.pcap"));
    expect(bare(segments)).toEqual(bare(base.segments).slice(0, 24));
    expect(diagnostics.map(({ code, data }) => [code, data["missing"]])).toEqual([
      ["capture/cut-record", 17],
      ["capture/bad-packet", undefined],
    ]);
  });

  test("-nosyn.pcap lacks the first three, -dup.pcap has each twice, which is said, -shuffled.pcap has them in another order", async () => {
    const base = bare((await segmentsOf(wrapped(".pcap"))).segments);
    const sorted = (segments: readonly object[]) => segments.map((segment) => JSON.stringify(segment)).sort();
    const read = async (name: string) => bare((await segmentsOf(wrapped(name))).segments);
    expect(await read("-nosyn.pcap")).toEqual(base.slice(3));
    const { segments, diagnostics } = await segmentsOf(wrapped("-dup.pcap"));
    expect(bare(segments)).toEqual(base);
    expect(diagnostics.map(({ code, data }) => [code, data["packets"]])).toEqual([["capture/duplicate-packets", 25]]);
    expect(bare((await segmentsOf(wrapped("-dup.pcap"), { duplicateTime: -1 })).segments)).toEqual(
      base.flatMap((segment) => [segment, segment]),
    );
    const shuffled = await read("-shuffled.pcap");
    expect(shuffled).not.toEqual(base);
    expect(sorted(shuffled)).toEqual(sorted(base));
  });

  test("-ip4frag.pcap has fragments of them, read with the last one of each", async () => {
    const base = await segmentsOf(wrapped(".pcap"));
    const { segments, diagnostics } = await segmentsOf(wrapped("-ip4frag.pcap"));
    expect(bare(segments)).toEqual(bare(base.segments));
    expect(segments.at(-1)!.packet).toBeGreaterThan(base.segments.at(-1)!.packet);
    expect(diagnostics).toEqual([]);
  });

  test.each(["-seqwrap.pcap", "-tinyseg.pcap"])("%s carries the same bytes in each direction", async (name) => {
    const streams = (segments: readonly ReadSegment[]) => {
      const streams: Record<string, string> = {};
      for (const { ports, payload } of segments) streams[ports] = (streams[ports] ?? "") + payload;
      return streams;
    };
    const base = streams((await segmentsOf(wrapped(".pcap"))).segments);
    expect(Object.values(base).map(({ length }) => length > 0)).toEqual([true, true]);
    expect(streams((await segmentsOf(wrapped(name))).segments)).toEqual(base);
  });

  test.each(["d-viol", "d-base"])(
    "%s-snap96.pcap has the first bytes of each payload, and says how many are missing",
    async (name) => {
      const base = await segmentsOf(capture(`wrapped/${name}.pcap`));
      const { segments } = await segmentsOf(capture(`wrapped/${name}-snap96.pcap`));
      expect(bare(segments)).toEqual(
        bare(base.segments).map((segment) => ({
          ...segment,
          payload: segment.payload.slice(0, 60),
          cut: Math.max(0, segment.payload.length / 2 - 30),
        })),
      );
      expect(segments.some(({ cut }) => cut > 0)).toBe(true);
    },
  );
});

const haveTshark = spawnSync("tshark", ["--version"]).status === 0;

describe.skipIf(!haveCaptures || !haveTshark)(`tshark sees the same segments${where}${haveTshark ? "" : " (no tshark)"}`, () => {
  test.each([
    "grpc/a-js-go-all.pcap",
    "http2/b-nghttp-nghttpd-padding.pcap",
    "tls/c-curl-go-tls13-dsb.pcapng",
    "volo/volo091-grpcgo1850-unary.pcap",
    "wrapped/d-any-sll2.pcap",
    "wrapped/d-ipv6.pcap",
    "wrapped/d-mixed-atclient.pcap",
    "wrapped/d-noise.pcap",
    "wrapped/d-ring.pcap3",
    "wrapped/d-snap96-real.pcap",
    "wrapped/d-viol-be-ns.pcap",
    "wrapped/d-viol-multi-if.pcapng",
    "wrapped/d-viol-ipv6-ext.pcap",
    "wrapped/d-viol-qinq.pcap",
    "wrapped/d-viol-ns.pcap",
    "wrapped/d-viol-null-le.pcap",
    "wrapped/d-viol-ip4frag.pcap",
    "wrapped/d-vxlan-real.pcap",
  ])("%s", async (name) => {
    const fields = "frame.number frame.time_epoch tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.flags tcp.len";
    // TCP quoted by ICMP is no segment.
    const args = [
      "-r",
      capture(name),
      "-Y",
      "tcp && !icmp",
      "-T",
      "fields",
      ...fields.split(" ").flatMap((field) => ["-e", field]),
    ];
    const { stdout } = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 1 << 28 });
    const rows = stdout.trimEnd().split("\n");
    // tshark shows copies too.
    const { segments } = await segmentsOf(capture(name), { duplicateTime: -1 });
    expect(rows.length).toBeGreaterThan(9);
    expect(
      segments.map(({ packet, time, ports, seq, ack, flags, payload, cut }) => {
        const [source, target] = ports.split(" > ");
        const length = payload.length / 2 + cut;
        return [packet, time, source, target, seq, ack, `0x${flags.toString(16).padStart(4, "0")}`, length].join("\t");
      }),
    ).toEqual(rows);
  });
});
