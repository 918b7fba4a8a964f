// What was kept of a connection -> what the page's data has of it.
import type { Language } from "../../lang/language.ts";
import type { ConnectionEvent } from "../event.ts";
import { behindText, protocolText } from "../protocol-text.ts";
import { differences, differencesBySide } from "./columns.ts";
import { Interned } from "./interned.ts";
import type { BlockData, FrameDetail, PageConnection, StreamData } from "./page-data.ts";
import type { Rows } from "./rows.ts";
import type { ShownBlock } from "./shown.ts";

/** What many entries say is said once. */
export class Tables {
  readonly strings = new Interned((text: string) => text, [""]);
  readonly details = new Interned<FrameDetail>(JSON.stringify, [{}]);
  readonly blocks = new Interned<BlockData>(JSON.stringify, [{ certainty: "exact", fields: [] }]);

  block(block: ShownBlock | undefined): number {
    if (block === undefined) return 0;
    const { fields, ...rest } = block;
    return this.blocks.index({ ...rest, fields: fields.map((text) => (text === undefined ? -1 : this.strings.index(text))) });
  }
}

/** @param files How many were read. @param part Whether frames were left out on purpose. */
export function pageConnection(
  event: ConnectionEvent,
  rows: Rows,
  files: number,
  part: boolean,
  tables: Tables,
  say: Language,
): PageConnection {
  const { start, lostOctets } = event.complete;
  const { strings, details } = tables;
  const string = (text: string) => strings.index(text);
  const many: [number, number, number, number][] = [];
  for (const { kind, time, last, packet, frames, octets } of rows.summaries) {
    const at = rows.push(kind, { file: 0, packet, time, offset: rows.offset.at(-1) ?? 0, acked: -1 }, 0, 0, 0, 0);
    many.push([at, frames, last - time, octets]);
  }
  const lanes: StreamData[] = [...rows.lanes.values()].map((lane) => [
    lane.id,
    string(lane.request),
    string(lane.status),
    string(lane.grpcStatus),
  ]);
  return {
    ...event,
    speaks: protocolText(event, say),
    behind: behindText(event, say),
    from: rows.start,
    columns: {
      dTime: differences(rows.time),
      ...(files > 1 ? { file: rows.file } : {}),
      dPacket: differences(rows.packet),
      kind: rows.kind,
      stream: rows.streams,
      dOffset: differencesBySide(rows.offset, rows.kind),
      length: rows.length,
      flags: rows.flags,
      text: rows.text.map(string),
      detail: rows.detail.map((detail) => (detail === undefined ? 0 : details.index(detail))),
      block: rows.block.map((block) => tables.block(block)),
      payload: rows.payload.map(string),
      many,
    },
    lanes,
    gaps: rows.gaps,
    ends: rows.ends,
    folded: many.length > 0,
    whole: many.length === 0 && start && lostOctets.client + lostOctets.server === 0 && !part,
  };
}
