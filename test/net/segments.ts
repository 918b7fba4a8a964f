import { hex } from "../../src/bytes.ts";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { fileSource } from "../../src/capture/source.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { PacketDecoder } from "../../src/net/decoder.ts";

export interface ReadSegment {
  readonly packet: number;
  readonly time: string;
  readonly ports: string;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: string;
  readonly cut: number;
}

/** The segments of a capture file, by the readers and the decoder together. */
export async function segmentsOf(
  path: string,
  limits: Partial<Limits> = {},
): Promise<{ segments: ReadSegment[]; diagnostics: Diagnostic[] }> {
  const segments: ReadSegment[] = [];
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const clock = new Clock();
  const decoder = new PacketDecoder(
    {
      segment({ packet, sourcePort, targetPort, seq, ack, flags, start, end, cut }) {
        segments.push({
          packet: packet.number,
          time: clock.text(packet.time),
          ports: `${sourcePort} > ${targetPort}`,
          seq: seq >>> 0,
          ack: ack >>> 0,
          flags,
          payload: hex(packet.bytes, start, end),
          cut,
        });
      },
    },
    report,
    { ...defaultLimits, ...limits },
  );
  const reader = await openCapture(fileSource(path), {
    file: 0,
    clock,
    limits: defaultLimits,
    diagnostics: report,
    engine: "fast",
  });
  while (await reader.readBlock(decoder));
  decoder.end();
  await reader.close();
  return { segments, diagnostics };
}
