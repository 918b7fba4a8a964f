// One frame: its fields, its headers and how sure they are, its first octets.
import { FrameType, kindOf } from "../../../http2/frame.ts";
import { settingName } from "../../../http2/setting.ts";
import { count, counted, duration, size } from "../../text.ts";
import { type PageData, pageKinds, shownOctets } from "../page-data.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { button, el, row } from "./dom.ts";
import { say } from "./say.ts";

export function frameCard(
  page: PageData,
  model: ConnectionModel,
  entry: number,
  openFinding: (index: number) => void,
): HTMLElement {
  const { columns, from: start } = model.about;
  const kind = pageKinds[model.kind[entry]!]!;
  const stream = model.stream(entry);
  const name = `${model.name(entry)}${stream === 0 ? "" : `[${stream}]`}`;
  const side = model.from(entry);
  const heading = el(
    "h2",
    { tabindex: -1, class: "card-title" },
    el("span", { class: `side ${side}` }, say.text(side)),
    ` ${name}`,
  );
  const many = model.many.get(entry);
  if (many !== undefined) {
    const [frames, span, octets] = many;
    const text = say.text(
      "{frames} of this kind from the {side}, {bytes}, over {time}. There were more frames than a page shows one by one.",
      { frames: counted(say, frames, "frame"), side: say.text(side), bytes: size(octets, say), time: duration(span) },
    );
    return el("article", { class: "card" }, heading, el("p", {}, text));
  }
  const flags = columns.flags[entry]!;
  const length = columns.length[entry]!;
  const file = columns.file === undefined ? undefined : page.captures[columns.file[entry]!]?.file;
  const text = model.text(entry);
  const http2 = kind !== "http1";
  const list = el(
    "dl",
    {},
    ...row(
      say.text("packet"),
      file === undefined ? count(model.packet[entry]!) : say.text("{n} of {file}", { n: count(model.packet[entry]!), file }),
    ),
    ...row(say.text("time"), say.text("{time} after the connection began", { time: duration(model.time[entry]! - start) })),
    ...row(say.text("length"), counted(say, length, "byte")),
    ...(http2 ? row(say.text("flags"), flagText(kind, flags)) : []),
    ...row(
      say.text("offset"),
      `${count(model.offset[entry]!)} ${say.text("in the bytes of the {side}", { side: say.text(side) })}`,
    ),
    ...(text === "" || kind === "data" ? [] : row(say.text("says"), text)),
    ...detailRows(page.details[columns.detail[entry]!]!),
  );
  const found = model.findings.filter((finding) => finding.entry === entry || finding.answer === entry);
  const lane = model.lanes[model.laneOf[entry]!]!;
  return el(
    "article",
    { class: "card" },
    heading,
    lane.request === "" ? undefined : el("p", { class: "request" }, lane.request),
    ...found.map(({ event, index, answer }) =>
      button(
        "",
        () => openFinding(index),
        { class: `linked ${event.severity}` },
        say.text(answer === entry ? "answers {rule}" : "at fault: {rule}", { rule: event.rule }),
      ),
    ),
    list,
    ...headers(page, columns.block[entry]!),
    ...octets(page, model, entry),
  );
}

function flagText(kind: string, flags: number): string {
  const names: string[] = [];
  const name = (bit: number, text: string, ...kinds: string[]) => {
    if ((flags & bit) !== 0 && kinds.includes(kind)) names.push(text);
  };
  name(0x1, "END_STREAM", "data", "headers");
  name(0x1, "ACK", "settings", "ping");
  name(0x4, "END_HEADERS", "headers", "push-promise", "continuation");
  name(0x8, "PADDED", "data", "headers", "push-promise");
  name(0x20, "PRIORITY", "headers");
  const hex = `0x${flags.toString(16).padStart(2, "0")}`;
  return names.length === 0 ? hex : `${hex}  ${names.join(", ")}`;
}

function detailRows(detail: Readonly<Record<string, unknown>>): HTMLElement[] {
  return Object.entries(detail).flatMap(([name, value]) => {
    if (name === "settings" && Array.isArray(value)) {
      const pairs = value as readonly (readonly [number, number])[];
      const items = pairs.map(([id, setting]) => el("li", {}, `${settingName(id)} = ${count(setting)}`));
      return items.length === 0 ? [] : row(say.text("settings"), el("ul", { class: "plain" }, ...items));
    }
    return row(say.text(LABELS[name] ?? name), String(value));
  });
}

function headers(page: PageData, index: number): HTMLElement[] {
  if (index === 0) return [];
  const { fields, certainty, inferred = [], because, fault, more } = page.blocks[index]!;
  const shown = (text: number | undefined) =>
    text === undefined || text < 0 ? el("em", {}, say.text("not known")) : page.strings[text]!;
  const rows: HTMLElement[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const isInferred = inferred.includes(i / 2);
    const unsure =
      certainty === "inferred" || isInferred || (fields[i] ?? -1) < 0 || (fields[i + 1] ?? -1) < 0 ? { class: "unsure" } : {};
    const name = isInferred ? [el("span", { class: "inferred" }, "~"), shown(fields[i])] : [shown(fields[i])];
    rows.push(el("tr", unsure, el("th", { scope: "row" }, ...name), el("td", {}, shown(fields[i + 1]))));
  }
  const ended = fault === undefined ? "" : say.text("; decoding ended with a fault: {fault}", { fault });
  const sure = `${say.text(CERTAINTY[certainty] ?? "")}${ended}`;
  return [
    el("h3", {}, say.text("Headers "), el("span", { class: `chip ${certainty}` }, say.text(certainty))),
    el("p", { class: "note" }, sure),
    ...(because === undefined
      ? []
      : [el("p", { class: "note" }, say.text("~: inferred, not read: {because}", { because: say.phrase(because) }))]),
    ...(rows.length === 0
      ? []
      : [
          el(
            "table",
            { class: "headers" },
            el("caption", { class: "unseen" }, say.text("Header fields: name and value")),
            el("tbody", {}, ...rows),
          ),
        ]),
    ...(more === undefined
      ? []
      : [el("p", { class: "note" }, say.text("{fields} more", { fields: counted(say, more, "field") }))]),
  ];
}

/** The frame's head is known from its columns; of the payload the first octets are kept. */
function octets(page: PageData, model: ConnectionModel, entry: number): HTMLElement[] {
  const { columns } = model.about;
  const kind = pageKinds[model.kind[entry]!]!;
  if (kind === "http1") return [];
  const payload = columns.payload[entry]!;
  const detail = page.details[columns.detail[entry]!]!;
  const type = typeof detail["type"] === "number" ? detail["type"] : typeOf(kind);
  const length = columns.length[entry]!;
  const stream = model.stream(entry) + (detail["reserved"] === true ? 2 ** 31 : 0);
  const head = [
    length >> 16,
    length >> 8,
    length,
    type,
    columns.flags[entry]!,
    stream / 2 ** 24,
    stream >> 16,
    stream >> 8,
    stream,
  ].map((octet) => octet & 0xff);
  const body = Array.from(atob(page.strings[payload]!), (c) => c.charCodeAt(0));
  const [a, b, c, d, e, ...id] = head.map((octet) => octet.toString(16).padStart(2, "0"));
  const lines = [`0000  ${a} ${b} ${c}  ${d}  ${e}  ${id.join(" ")}  ${say.text("frame head")}`, ...hexLines(body, 9)];
  const rest = length - body.length;
  const note =
    body.length > 0
      ? rest > 0
        ? say.text("the first {n} bytes of the payload, without padding; {rest} more", {
            ...{ n: String(body.length), rest: count(rest) },
          })
        : ""
      : length === 0
        ? ""
        : kind === "headers" || kind === "push-promise" || kind === "continuation"
          ? say.text("the payload is left out: it may hold credentials (--show-secrets shows it)")
          : say.text("the payload was not kept: it came in several segments, or was cut");
  return [
    el("h3", {}, say.text("Octets")),
    el(
      "pre",
      { class: "hex", tabindex: 0, "aria-label": say.text("Bytes of the frame, at most {n}", { n: 9 + shownOctets }) },
      lines.join("\n"),
    ),
    ...(note === "" ? [] : [el("p", { class: "note" }, note)]),
  ];
}

function hexLines(octets: readonly number[], offset: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < octets.length; i += WIDTH) {
    const part = octets.slice(i, i + WIDTH);
    const hex = part.map((octet) => octet.toString(16).padStart(2, "0"));
    const text = part.map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "."));
    const shown = `${hex.slice(0, 4).join(" ")}  ${hex.slice(4).join(" ")}`.padEnd(WIDTH * 3 + 1);
    lines.push(`${(offset + i).toString(16).padStart(4, "0")}  ${shown} ${text.join("")}`);
  }
  return lines;
}

const typeOf = (kind: string): number => Object.values(FrameType).find((type) => kindOf(type) === kind) ?? 0xff;

const WIDTH = 8;

const CERTAINTY: Readonly<Record<string, string>> = {
  exact: "every name and value is known",
  inferred: "every name and value is read, but where the frame begins was found by its looks, behind bytes that are missing",
  partial: "some names or values are not known: bytes that they refer to were lost",
  unknown: "not known: bytes of the block, or those it refers to, were lost",
};

const LABELS: Readonly<Record<string, string>> = {
  errorCode: "error code",
  lastStreamId: "last stream",
  padLength: "padding",
  promisedStreamId: "stream meant",
  dependency: "depends on",
  reserved: "reserved bit",
  debug: "debug data",
  fault: "fault",
};
