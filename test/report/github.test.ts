// GitHub's workflow commands: one a line, `::name key=value,key=value::message`, escaped as the runner unescapes them
// (docs.github.com, "Workflow commands"; the data ends with its line, a property at a comma or colon too).
import { describe, expect, it } from "vitest";
import type { ReportEvent } from "../../src/report/event.ts";
import { githubReport } from "../../src/report/github.ts";
import { findingOf, hostileFinding, hostileTexts, runOf, summaryOf, written } from "./events.ts";

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const unescapeData = (text: string): string => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const unescapeProperty = (text: string): string =>
  text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%3A", ":").replaceAll("%2C", ",").replaceAll("%25", "%");

/** As the runner reads a line. */
function parsed(line: string): Command {
  expect(line.startsWith("::"), line).toBe(true);
  const end = line.indexOf("::", 2);
  const head = line.slice(2, end);
  const space = head.indexOf(" ");
  const properties = head
    .slice(space + 1)
    .split(",")
    .map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at), unescapeProperty(pair.slice(at + 1))] as const;
    });
  return { name: head.slice(0, space), properties: Object.fromEntries(properties), message: unescapeData(line.slice(end + 2)) };
}

function commandsOf(...events: ReportEvent[]): Command[] {
  const text = written((output) => githubReport(output), [...events, summaryOf()]);
  return text === ""
    ? []
    : text
        .replace(/\n$/, "")
        .split(/\r\n|[\r\n\u2028\u2029]/)
        .map(parsed);
}

it("severities become annotations", () => {
  const names = (["error", "warning", "info"] as const).map(
    (severity) => commandsOf(runOf("a.pcap"), findingOf({ severity }))[0]!.name,
  );
  expect(names).toEqual(["error", "warning", "notice"]);
});

it("leave advice out where that is asked for", () => {
  const events = [runOf("a.pcap"), findingOf({ severity: "info" }), findingOf({ severity: "warning" })];
  expect(written((output) => githubReport(output, false), events)).toMatch(/^::warning [^\n]*\n$/);
});

it("says what, where, and the answer", () => {
  const [command] = commandsOf(runOf("dir/a,b:c.pcap"), findingOf({ count: 2 }));
  expect(command).toEqual({
    name: "error",
    properties: { file: "dir/a,b:c.pcap", title: "grpc/request-trailers" },
    message:
      "a request ends with trailers (2 times); the server answered with GOAWAY PROTOCOL_ERROR after 200.00 ms (exact). connection 1, stream 1, packet 12",
  });
});

it("is silent on what proves nothing new", () => {
  expect(commandsOf(runOf("a.pcap"), findingOf({ certainty: "unproven" }), findingOf({ consequent: true }))).toEqual([]);
});

describe("hostile text stays in its message", () => {
  it.each(hostileTexts)("%j", (text) => {
    const commands = commandsOf(runOf(text), hostileFinding(text));
    expect(commands).toHaveLength(1);
    expect(Object.keys(commands[0]!.properties)).toEqual(["file", "title"]);
    expect(commands[0]!.message).toMatch(/connection 1, stream 1, packet 12$/);
  });

  it("and percent signs come back", () => {
    const [command] = commandsOf(runOf("50%25,a:b%2C.pcap"), hostileFinding("100% %0A %25"));
    expect(command!.properties["file"]).toBe("50%25,a:b%2C.pcap");
    expect(command!.message).toMatch(/^100% %0A %25; /);
  });
});
