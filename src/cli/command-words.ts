// The commands that there are, in words.
import type { Command } from "./invocation.ts";

export interface CommandWords {
  readonly name: Command;
  /** As yargs takes them: `[captures...]`, `<old> <new>`. */
  readonly operands: string;
  readonly describe: string;
  /** Of standard output, the default first; absent: it has none. */
  readonly formats?: readonly string[];
  /** Three command lines. */
  readonly examples: readonly string[];
}

const CHECKED: readonly string[] = ["table", "json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown", "html"];

/** In the order of the help. */
export const COMMANDS: readonly CommandWords[] = [
  {
    name: "check",
    formats: CHECKED,
    operands: "[captures...]",
    describe: "flag violations and pair each with the peer's answer (the default command)",
    examples: [
      "h2lint capture.pcapng",
      "h2lint check recorded/ --format github --baseline known.json",
      "tcpdump -i any -U -w - port 50051 | h2lint - --follow",
    ],
  },
  {
    name: "why",
    formats: ["table", "json"],
    operands: "[captures...]",
    describe: "why a call failed, in a few sentences: cause, answer, cost, fix",
    examples: [
      "h2lint why capture.pcapng",
      "h2lint why capture.pcapng --connection 3 --stream 5",
      'h2lint why capture.pcapng --text "stream terminated by RST_STREAM"',
      'h2lint why --text "received an illegal stream id: 1"',
    ],
  },
  {
    name: "compare",
    formats: ["table", "json"],
    operands: "<bad> <good>",
    describe: "what one client (or server) does on the wire that the other does not; FILE#N is connection N of FILE",
    examples: [
      "h2lint compare bad.pcapng good.pcapng",
      "h2lint compare both.pcapng#1 both.pcapng#2",
      "h2lint compare bad.pcapng good.pcapng --format json",
    ],
  },
  {
    name: "timeline",
    formats: ["table", "html"],
    operands: "[captures...]",
    describe: "per-connection stream timeline",
    examples: [
      "h2lint timeline capture.pcapng",
      "h2lint timeline capture.pcapng --connection 3 --verbose",
      "h2lint timeline capture.pcapng --stream 5 --messages --proto service.proto",
    ],
  },
  {
    name: "info",
    formats: ["table", "json"],
    operands: "[captures...]",
    describe: "what is in the captures, and how much of it can be judged",
    examples: ["h2lint info capture.pcapng", "h2lint info recorded/", "h2lint info recorded/ --format json"],
  },
  {
    name: "calls",
    formats: ["table", "json", "ndjson", "har"],
    operands: "[captures...]",
    describe: "one row per exchange: gRPC method or HTTP path, status, messages, times",
    examples: [
      "h2lint calls capture.pcapng",
      "h2lint calls capture.pcapng --messages --proto protos/",
      "h2lint calls capture.pcapng -o calls.har",
      "h2lint calls late.pcapng --log server.log",
    ],
  },
  {
    name: "frames",
    formats: ["table", "ndjson"],
    operands: "[captures...]",
    describe: "one row per frame",
    examples: [
      "h2lint frames capture.pcapng",
      "h2lint frames capture.pcapng --connection 1 --stream 3",
      "h2lint frames capture.pcapng --format ndjson",
    ],
  },
  {
    name: "cut",
    operands: "[captures...]",
    describe: "write the smallest capture that shows the findings of --connection N (and --stream N): -o FILE.pcapng",
    examples: [
      "h2lint cut capture.pcapng --connection 3 -o small.pcapng",
      "h2lint cut capture.pcapng --connection 3 --stream 5 -o small.pcapng",
      "h2lint cut recorded/ --connection 12 -o small.pcapng",
    ],
  },
  {
    name: "diff",
    formats: ["table", "json"],
    operands: "<old> <new>",
    describe: "what is new, fixed and unchanged between two captures or JSON reports",
    examples: [
      "h2lint diff before.pcapng after.pcapng",
      "h2lint diff before.json after.json",
      "h2lint diff before.json after.pcapng --format json",
    ],
  },
  {
    name: "repro",
    formats: ["table"],
    operands: "[captures...]",
    describe: "the request of --stream N as a grpcurl or curl command that sends it again",
    examples: [
      "h2lint repro capture.pcapng --stream 5",
      "h2lint repro capture.pcapng --connection 3 --stream 5 --proto service.proto",
      "h2lint repro capture.pcapng --stream 5 --show-secrets",
    ],
  },
  {
    name: "rules",
    formats: ["table", "json"],
    operands: "",
    describe: "every rule: id, severity, one line",
    examples: ["h2lint rules", "h2lint rules --format json", "h2lint rules --config h2lint.config.json"],
  },
  {
    name: "explain",
    formats: ["table"],
    operands: "<rule>",
    describe: "what a rule means, why, and how to fix it",
    examples: [
      "h2lint explain grpc/request-trailers",
      "h2lint explain headers/uppercase-name",
      "h2lint explain acme/tenant-missing --config h2lint.config.json",
    ],
  },
  {
    name: "completion",
    operands: "[shell]",
    describe: "the completion script for bash or zsh",
    examples: [
      "source <(h2lint completion bash)",
      "h2lint completion zsh > ~/.zfunc/_h2lint",
      "h2lint completion bash > /etc/bash_completion.d/h2lint",
    ],
  },
  {
    name: "record",
    formats: CHECKED,
    operands: "<server>",
    describe: "a proxy before SERVER (HOST:PORT) that records what goes through it, without rights to capture",
    examples: [
      "h2lint record 127.0.0.1:50051 --listen 50052 -o out.pcapng",
      "h2lint record 127.0.0.1:50051 --listen 50052 --follow",
      "h2lint record [::1]:50051 --listen [::1]:50052 -o out.pcapng --follow",
    ],
  },
  {
    name: "mcp",
    operands: "",
    describe: "serve the captures of --root FOLDER to an assistant, by the Model Context Protocol on stdio",
    examples: [
      "h2lint mcp --root recorded/",
      "claude mcp add h2lint -- npx h2lint mcp --root recorded/",
      "h2lint mcp --root . --config h2lint.config.json",
    ],
  },
  {
    name: "merge",
    formats: CHECKED,
    operands: "<parts...>",
    describe: "of all parts that check --shard wrote, the report that one run would have made",
    examples: [
      "h2lint merge part-*.ndjson",
      "h2lint merge part-1.ndjson part-2.ndjson --format sarif",
      "h2lint merge parts/* --format json --output junit=report.xml",
    ],
  },
];

/** What a command writes to standard output, its default first. */
export const formatsOf = (command: Command): readonly string[] => COMMANDS.find(({ name }) => name === command)?.formats ?? [];
