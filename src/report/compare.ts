// `h2lint compare`: what one capture does on the wire that the other does not.

import { english, type Language } from "../lang/language.ts";
import type { Row } from "./alignment.ts";
import { answerText, type Compared, type Comparison, type Difference, type ExchangePair, resultText } from "./comparison.ts";
import { counts, placeText } from "./failing.ts";
import type { Output } from "./report.ts";
import type { ExchangeShape, Step } from "./shape.ts";
import { type Look, labelled, Style, wrap } from "./style.ts";
import { count, counted, jsonText, printable } from "./text.ts";
import { padEnd, shortened, widthOf } from "./width.ts";

export function compareTable(output: Output, look: Look, bad: Compared, good: Compared, comparison: Comparison): void {
  const style = new Style(look);
  const say = look.language ?? english;
  const width = Math.min(look.width, 110);
  const { differences, inBoth, exchanges, alone, left } = comparison;
  const [badName, goodName] = comparison.names.map(shown) as [string, string];
  const line = (text = "") => output(`${text}\n`);
  const dim = (text: string) => {
    for (const one of wrap(text, width - 2)) line(style.dim(`  ${one}`));
  };
  const [first, ...rest] = differences;
  if (first === undefined) {
    const what = say.text(exchanges.length === 0 ? "no exchange to compare, and no other difference" : "no difference");
    const told = say.text("{what}: {exchanges} of {bad} and {good}", {
      ...{ what, exchanges: counted(say, exchanges.length, "exchange"), bad: shown(bad.operand), good: shown(good.operand) },
    });
    for (const text of wrap(told, width)) line(style.green(text));
  } else {
    // The first line says what matters most.
    for (const text of wrap(`${differenceText(first, say)}${timesOf(first, exchanges, say)}`, width)) line(style.bold(text));
    if (first.rules.length > 0) dim(`${first.rules.join(", ")}${placesOf(first, say)}`);
  }
  line();
  for (const [name, { operand, shape, findings }] of [
    [badName, bad],
    [goodName, good],
  ] as const) {
    const shownExchange = exchanges.find(({ bad: b, good: g }) => b.path !== undefined && b.path === g.path) ?? exchanges[0];
    const own = shownExchange === undefined ? undefined : name === badName ? shownExchange.bad : shownExchange.good;
    const answers = findings.filter(counts).flatMap((finding) => answerText(finding, say) ?? []);
    const parts = [
      shown(operand),
      [counted(say, shape.connections.length, "connection"), counted(say, shape.exchanges.length, "exchange")].join(
        say.text(", "),
      ),
      ...(own === undefined ? [] : [`${shown(own.path ?? "?")} -> ${resultText(own, say)}`]),
      ...(answers.length === 0 ? [] : [[...new Set(answers)].slice(0, 3).join(", ")]),
    ];
    for (const text of labelled(name, parts.join(say.text("; ")), Math.max(widthOf(badName), widthOf(goodName)) + 2, width))
      line(text);
  }
  line();
  const listed = look.verbose ? rest : rest.slice(0, SHOWN);
  if (listed.length > 0) line(style.bold(say.text("also different, the likelier reasons first")));
  for (const difference of listed) {
    const where = difference.rules.length === 0 ? "" : ` (${difference.rules.join(", ")})`;
    for (const [i, text] of wrap(
      `${differenceText(difference, say)}${timesOf(difference, exchanges, say)}${where}`,
      width - 4,
    ).entries())
      line(`  ${i === 0 ? style.mark.dot : " "} ${text}`);
  }
  const more = rest.length - listed.length + left;
  if (more > 0)
    line(
      style.dim(
        `  ${say.text(rest.length > listed.length ? "and {n} more (--verbose shows them)" : "and {n} more", { n: count(more) })}`,
      ),
    );
  for (const { in: side, path, count: times } of alone)
    dim(
      say.text("only {name} asks for {path}", { name: side === "bad" ? badName : goodName, path: shown(path) }) +
        (times > 1 ? say.text(", {n} times", { n: count(times) }) : ""),
    );
  if (inBoth.length > 0) dim(say.text("found in both: {rules}", { rules: inBoth.join(", ") }));
  if (listed.length + alone.length + inBoth.length > 0) line();
  const pair = worstPair(comparison);
  if (pair !== undefined && first !== undefined) alignment(output, style, width, pair, [badName, goodName]);
}

/** The exchange that shows the first difference. */
function worstPair({ differences, exchanges }: Comparison): ExchangePair | undefined {
  const place = differences.find(({ bad }) => bad?.stream !== undefined)?.bad;
  return (
    exchanges.find(({ bad }) => bad.connection === place?.connection && bad.stream === place.stream) ??
    exchanges.find(({ bad, good }) => bad.path === good.path) ??
    exchanges[0]
  );
}

/** Both sides of both, a row for each step. */
function alignment(
  output: Output,
  style: Style,
  width: number,
  { bad, good, rows }: ExchangePair,
  [badName, goodName]: readonly [string, string],
): void {
  const say = style.look.language ?? english;
  const column = Math.floor((width - 11) / 2);
  const cell = (text: string) => padEnd(shortened(text, column), column);
  const title = (name: string, { connection, stream }: ExchangeShape) =>
    cell(say.text("{name} (connection {connection}, stream {stream})", { name, connection, stream }));
  output(`${style.bold(`         ${title(badName, bad)}  ${title(goodName, good)}`.trimEnd())}\n`);
  for (const side of ["client", "server"] as const) {
    for (const [one, another] of rows[side].slice(0, ROWS)) {
      const [left, right] = [one === undefined ? "" : shapeText(one, say), another === undefined ? "" : shapeText(another, say)];
      const same = left === right;
      const line = `${padEnd(say.text(side), 6)} ${same ? " " : style.mark.bad} ${cell(left)}  ${cell(right)}`.trimEnd();
      output(`${same ? style.dim(line) : line}\n`);
    }
  }
}

function shapeText({ kind, role, endStream, fields, frames, octets, errorCode }: Step, say: Language): string {
  const names = fields.map(([name]) => name);
  const parts = [
    kind === "data" ? (frames > 1 ? `DATA x ${frames}` : "DATA") : kind.toUpperCase().replaceAll("-", "_"),
    ...(endStream ? ["END_STREAM"] : []),
    ...(errorCode === undefined ? [] : [errorCode]),
    ...(kind === "data" && octets === 0 ? [say.text("empty")] : []),
    ...(role === undefined || names.length === 0
      ? []
      : [role.endsWith("trailers") || names.length < 4 ? names.join(", ") : counted(say, names.length, "field")]),
  ];
  return printable(parts.join("  "));
}

const timesOf = ({ count: times, about }: Difference, exchanges: readonly unknown[], say: Language): string =>
  exchanges.length > 1 && about !== "finding" && times > 1
    ? say.text(" (on {times} of {n} exchanges)", { times: count(times), n: count(exchanges.length) })
    : "";

function placesOf({ bad, good }: Difference, say: Language): string {
  const places = [bad, good].flatMap((place) =>
    place === undefined ? [] : [placeText(undefined, place.stream, place.packet, say)],
  );
  return places.length === 0 ? "" : `${say.text(": ")}${places.join(say.text(" against "))}`;
}

/** A message of a rule has no form here: it is said in English. */
const differenceText = ({ text }: Difference, say: Language): string => shown(say.word("difference", text));

const shown = (text: string): string => printable(text);

export function compareJson(output: Output, bad: Compared, good: Compared, comparison: Comparison): void {
  const { names, differences, inBoth, exchanges, alone, left } = comparison;
  const side = ({ operand, shape }: Compared, name: string) => ({
    capture: operand,
    name,
    connections: shape.connections.length,
    exchanges: shape.exchanges.length,
  });
  const half = (exchange: ExchangeShape) => {
    const { connection, stream, path, protocol, result } = exchange;
    return {
      ...{ connection, stream },
      ...(path === undefined ? {} : { path }),
      protocol,
      ...(result.status === undefined ? {} : { status: result.status }),
      ...(result.grpcStatus === undefined ? {} : { grpcStatus: result.grpcStatus }),
      end: result.end,
      ...(result.duration === undefined ? {} : { duration: result.duration }),
    };
  };
  const rowsOf = (rows: readonly Row<Step>[]) =>
    rows.map(([one, another]) => [one && stepObject(one), another && stepObject(another)].map((step) => step ?? null));
  const report = {
    schema: "h2lint-compare/1",
    bad: side(bad, names[0]),
    good: side(good, names[1]),
    differences,
    inBoth,
    exchanges: exchanges.slice(0, LISTED).map((pair) => ({
      bad: half(pair.bad),
      good: half(pair.good),
      client: rowsOf(pair.rows.client),
      server: rowsOf(pair.rows.server),
    })),
    alone,
    omitted: left + Math.max(exchanges.length - LISTED, 0),
  };
  output(`${jsonText(report, 2)}\n`);
}

function stepObject({ kind, role, packet, frames, octets, endStream, errorCode, fields }: Step) {
  return {
    kind,
    ...(role === undefined ? {} : { role }),
    packet,
    ...(kind === "data" ? { frames, octets } : {}),
    endStream,
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(kind === "headers" ? { fields: fields.map(([name]) => name) } : {}),
  };
}

const SHOWN = 12;
const ROWS = 40;
const LISTED = 100;
