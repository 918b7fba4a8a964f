import { BlockBit, type DecodedBlock } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { last, settingsOf } from "../../model/settings.ts";
import { other, type Side } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { enhanceYourCalm, firstAndLast, severityByExcess } from "../shapes/excess.ts";
import { within } from "../shapes/flood.ts";
import { SlidingWindow } from "../shapes/sliding-window.ts";

export const continuationFlood = defineRule({
  id: "abuse/continuation-flood",
  meta: {
    title: "A field block should be small, and end",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5.1" },
      { document: "CVE-2024-27316", section: "CONTINUATION Flood" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: {
      flood: "the {side} sent {count} CONTINUATION frames in one field block of {octets} bytes",
      endless: "the {side} sent {count} CONTINUATION frames, {octets} bytes, in a field block that it never ended",
    },
    options: {
      frames: { default: 8, unit: "frames", about: "The most CONTINUATION frames that a field block should have" },
      octets: { default: 256 << 10, unit: "bytes", about: "The most bytes that a field block should have, compressed" },
    },
    docs: {
      why: "A receiver that collects the whole block first runs out of memory, or decodes forever; a limit on streams does not help.",
      fix: "A receiver should limit the frames and bytes of a field block and close with ENHANCE_YOUR_CALM.",
    },
  },
  state: () => new Blocks(),
  kinds: ["headers", "push-promise", "continuation"],
  inParts: true,
  frame(frame, _stream, { state, options, report }) {
    const block = state.continued(frame);
    if (block === undefined) return;
    block.frames++;
    block.octets += frame.length;
    if (block.frames > options.frames || block.octets > options.octets) block.over ??= FrameRef.of(frame);
    if (frame.endHeaders) block.open = false;
    if (!block.open && block.over !== undefined) report(block.over, "flood", block.data, floodOf(block, options));
  },
  withState: ["end"],
  end(from, how, _at, { state, options, report }) {
    const block = state.of(from);
    if (block?.over === undefined || !block.open) return;
    // Where only the capture ends, the block may have gone on.
    if (how !== "fin" && how !== "rst") report(block.over, "flood", block.data, floodOf(block, options));
    else report(block.over, "endless", block.data, { severity: "error", related: firstAndLast(block.first, block.last) });
  },
});

const floodOf = ({ frames, octets, first, last }: Block, most: { readonly frames: number; readonly octets: number }) => ({
  ...severityByExcess(frames, most.frames),
  ...severityByExcess(octets, most.octets),
  related: firstAndLast(first, last),
});

export const zeroLengthContinuation = defineRule({
  id: "abuse/zero-length-continuation",
  meta: {
    title: "CONTINUATION frames should not be empty",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.10" },
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9518", section: "Empty Frames Flood" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: { empty: "the {side} sent {count} empty CONTINUATION frames in one field block" },
    options: { frames: { default: 16, unit: "frames", about: "Empty CONTINUATION frames in one block that are too many" } },
    docs: {
      why: "The block does not grow, so limits on its size never apply, and the receiver's work is wasted.",
      fix: "Send what is left of the block in frames as large as the peer takes.",
    },
  },
  state: () => new Blocks(),
  kinds: ["headers", "push-promise", "continuation"],
  inParts: true,
  frame(frame, _stream, { state, options, report }) {
    const block = state.continued(frame);
    if (block === undefined) return;
    if (frame.length === 0 && ++block.frames >= options.frames) block.over ??= FrameRef.of(frame);
    if (frame.endHeaders) block.open = false;
    if (!block.open && block.over !== undefined) report(block.over, "empty", ...emptyOf(block, options.frames));
  },
  withState: ["end"],
  end(from, _how, _at, { state, options, report }) {
    const block = state.of(from);
    if (block?.over !== undefined && block.open) report(block.over, "empty", ...emptyOf(block, options.frames));
  },
});

const emptyOf = ({ side, frames: count, first, last }: Block, most: number) =>
  [
    { side, count },
    { ...severityByExcess(count, most), related: firstAndLast(first, last) },
  ] as const;

export const emptyHeaderNames = defineRule({
  id: "abuse/empty-header-names",
  meta: {
    title: "Field names should not be empty",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.2.1" },
      { document: "CVE-2019-9516", section: "0-Length Headers Leak" },
    ],
    expect: enhanceYourCalm,
    needs: ["hpack"],
    decidable: "block",
    messages: { empty: "{count} fields without a name in one field block of the {side}" },
    options: { fields: { default: 10, unit: "fields", about: "Fields without a name in one block that are too many" } },
    docs: {
      why: "A receiver that keeps an allocation for each but counts their bytes never reaches its limit.",
      fix: "A receiver should refuse an empty name, and count each field as 32 bytes and more.",
    },
  },
  when: { bits: FieldBit.emptyName },
  judge(block, _stream, { options, report }) {
    if (!("decoded" in block) || block.decoded === undefined) return;
    const count = withoutName(block.decoded);
    if (count >= options.fields) report(block, "empty", { side: block.from, count }, severityByExcess(count, options.fields));
  },
});

export const hpackBomb = defineRule({
  id: "abuse/hpack-bomb",
  meta: {
    title: "A field block should not grow enormously when it is decoded",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5.1" },
      { rfc: 7541, section: "7.3" },
      { document: "CVE-2016-6581", section: "HPACK Bomb" },
    ],
    expect: enhanceYourCalm,
    needs: ["hpack"],
    decidable: "block",
    messages: { bomb: "{octets} bytes of a field block of the {side} decode to {size} bytes of fields, {times} times as much" },
    options: {
      size: { default: 64 << 10, unit: "bytes", about: "The most that the fields of a block may take, uncompressed" },
      times: { default: 100, unit: "times", about: "And how much more than compressed" },
    },
    docs: {
      why: "One long field in the dynamic table and one byte for each reference to it fill the receiver's memory.",
      fix: "A receiver should announce MAX_HEADER_LIST_SIZE and stop decoding into memory beyond it.",
    },
  },
  above: ({ size }) => ({ list: size! }),
  fields(block, _stream, { options, report }) {
    const size = block.decoded?.listSize ?? 0;
    const { octets } = block;
    if (size <= options.size || octets === 0 || size < options.times * octets) return;
    report(
      block,
      "bomb",
      { octets, side: block.from, size, times: Math.floor(size / octets) },
      severityByExcess(size, options.size),
    );
  },
});

export const headerCountBomb = defineRule({
  id: "abuse/header-count-bomb",
  meta: {
    title: "A field block should not have thousands of fields",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "10.5.1" },
      { rfc: 9113, section: "8.2.3" },
      { document: "CVE-2026-49975", section: "Field count" },
    ],
    expect: enhanceYourCalm,
    needs: ["hpack"],
    decidable: "block",
    messages: { many: "{count} fields in one field block of the {side}" },
    options: { fields: { default: 1000, unit: "fields", about: "The most fields that a block should have" } },
    docs: {
      why: "Each field costs a receiver far more than its bytes, and cookie crumbs are put together again one by one.",
      fix: "A receiver should limit the number of fields, not only their size.",
    },
  },
  above: ({ fields }) => ({ fields: fields! }),
  fields(block, _stream, { options, report }) {
    const count = block.decoded?.count ?? 0;
    if (count > options.fields) report(block, "many", { count, side: block.from }, severityByExcess(count, options.fields));
  },
});

export const headerListSizeTrap = defineRule({
  id: "abuse/header-list-size-trap",
  meta: {
    title: "MAX_HEADER_LIST_SIZE should leave room for a message",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.5.2" },
      { document: "CVE-2026-50560", section: "MAX_HEADER_LIST_SIZE" },
    ],
    expect: enhanceYourCalm,
    needs: ["settings"],
    decidable: "payload",
    messages: {
      trap: "the {side} announces MAX_HEADER_LIST_SIZE = {value}, which hardly any message fits, and the other side answers with {answer}",
    },
    options: { size: { default: 512, unit: "bytes", about: "The least that leaves room" } },
    docs: {
      why: "A peer that keeps to the limit fails while it writes its message, and some do not free what they have begun.",
      fix: "Announce a limit of at least several kilobytes, or none.",
    },
  },
  state: (): Record<Side, Trap | undefined> => ({ client: undefined, server: undefined }),
  kinds: ["settings", "rst-stream", "goaway"],
  settings: { ack: false, ids: [Setting.maxHeaderListSize] },
  begunBy: ["settings"],
  frame(frame, _stream, context) {
    if (frame.kind === "settings") {
      if (frame.ack || !frame.whole) return;
      const value = last(settingsOf(frame), Setting.maxHeaderListSize);
      if (value === undefined) return;
      context.state[frame.from] = value < context.options.size ? { value, frame: FrameRef.of(frame) } : undefined;
      return;
    }
    const { errorCode } = frame;
    if (!frame.whole || errorCode === ErrorCode.noError || errorCode === ErrorCode.cancel) return;
    const { state, report } = context;
    const trap = state[other(frame.from)];
    if (trap === undefined || (frame.first.acked >= 0 && trap.frame.end > frame.first.acked)) return;
    const answer = `${frame.kind === "goaway" ? "GOAWAY" : "RST_STREAM"}(${errorCodeName(errorCode)})`;
    report(trap.frame, "trap", { side: trap.frame.from, value: trap.value, answer });
    state[other(frame.from)] = undefined;
  },
});

export const tableSizeChurn = defineRule({
  id: "abuse/table-size-churn",
  meta: {
    title: "The size of the HPACK table should not change all the time",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 7541, section: "6.3" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: enhanceYourCalm,
    needs: ["hpack"],
    decidable: "payload",
    messages: {
      updates: "the {side} changed its HPACK table size {count} times in {time}, up to {peak} times within {window}",
      setting: "the {side} changed HEADER_TABLE_SIZE {count} times in {time}",
    },
    options: {
      updates: { default: 50, unit: "updates", about: "Dynamic table size updates that are too many" },
      window: within(10_000),
      changes: { default: 5, unit: "changes", about: "Changes of HEADER_TABLE_SIZE over the connection that are too many" },
    },
    docs: {
      why: "Each change evicts entries and may make the receiver copy its table; compression gains nothing from it.",
      fix: "Choose the table size once, when the connection begins.",
    },
  },
  when: { bits: BlockBit.sizeUpdate },
  state: (): Record<Side, Table | undefined> => ({ client: undefined, server: undefined }),
  kinds: ["settings"],
  settings: { ack: false, ids: [Setting.headerTableSize] },
  judge(block, _stream, { state, options, report }) {
    if (!("decoded" in block) || block.decoded === undefined) return;
    const table = (state[block.from] ??= new Table());
    const { lowestSizeUpdate, lastSizeUpdate, sizeUpdates } = block.decoded;
    const isSame = lowestSizeUpdate === table.used && lastSizeUpdate === table.used;
    table.used = lastSizeUpdate;
    // Tomcat begins every block with the size that it has: nothing is evicted.
    if (isSame) return;
    table.updates ??= new SlidingWindow(options.window, options.updates);
    for (let i = sizeUpdates; i > 0; i--) {
      const over = table.updates.add(block);
      if (over !== undefined) report(over.over, "updates", { side: block.from, ...over.data }, over.more());
    }
  },
  frame(frame, _stream, context) {
    if (frame.ack || !frame.whole) return;
    for (const [id, value] of settingsOf(frame)) {
      if (id !== Setting.headerTableSize) continue;
      const table = (context.state[frame.from] ??= new Table());
      if (value !== table.size) (table.changes ??= new SlidingWindow(Infinity, context.options.changes)).add(frame);
      table.size = value;
    }
  },
  withState: ["connectionEnd"],
  connectionEnd({ state, report }) {
    for (const side of SIDES) {
      const updates = state[side]?.updates?.end();
      if (updates !== undefined) report(updates.over, "updates", { side, ...updates.data }, updates.more());
      const changes = state[side]?.changes?.end();
      if (changes === undefined) continue;
      const { count, time } = changes.data;
      report(changes.over, "setting", { side, count, time }, changes.more());
    }
  },
});

/** The field blocks of both sides that are open: made for one whose frames are several. */
class Blocks {
  #client: Block | undefined = undefined;
  #server: Block | undefined = undefined;

  of(side: Side): Block | undefined {
    return side === "client" ? this.#client : this.#server;
  }

  /** The block that goes on with this frame. HEADERS and PUSH_PROMISE begin another; those with END_HEADERS are seen only where they came in
   *  several packets, and a block that they cut off stays without an end. */
  continued(frame: Frame): Block | undefined {
    const block = this.of(frame.from);
    if (frame.kind === "continuation") return block?.goesOn(frame) ? block : undefined;
    if (frame.endHeaders) return undefined;
    if (frame.from === "client") this.#client = new Block(frame);
    else this.#server = new Block(frame);
    return undefined;
  }
}

class Block {
  readonly side: Side;
  open = true;
  frames = 0;
  octets: number;
  /** The first frame that is too many. */
  over: FrameRef | undefined = undefined;
  readonly first: FrameRef;
  readonly last: FrameRef;

  constructor(frame: Frame) {
    this.side = frame.from;
    this.octets = frame.length;
    this.first = FrameRef.of(frame);
    this.last = FrameRef.of(frame);
  }

  get data(): { side: Side; count: number; octets: number } {
    return { side: this.side, count: this.frames, octets: this.octets };
  }

  goesOn(frame: Frame): boolean {
    const { observations } = frame;
    if (
      !this.open ||
      observations.has(Observation.continuationUnexpected) ||
      observations.has(Observation.continuationWrongStream)
    )
      return false;
    this.last.take(frame);
    return true;
  }
}

class Table {
  updates: SlidingWindow | undefined = undefined;
  changes: SlidingWindow | undefined = undefined;
  /** As announced; RFC 9113 6.5.2: 4096 before. */
  size = 4096;
  /** As the encoder of this side says. */
  used = 4096;
}

interface Trap {
  readonly value: number;
  readonly frame: FrameRef;
}

function withoutName(block: DecodedBlock): number {
  let count = 0;
  for (let i = 0; i < block.count; i++) if (((block.fields[i]?.bits ?? 0) & FieldBit.emptyName) !== 0) count++;
  return count;
}

const SIDES: readonly Side[] = ["client", "server"];
