// What of a text in Chinese is still English: words that are neither names of the protocols nor quoted from the capture.

/** Words in small letters, or with a capital first, that make sentences.
 *  @param text Lines; what stands in quotes comes from the capture, as do bytes; a command line is written as it is typed. */
export function englishIn(text: string): string[] {
  const own = text
    .replace(/"[^"]*"/gs, "")
    .replace(/\bh2lint [a-z]+(?: -?-?[\w=/.-]+)*/g, "")
    .replace(/^[\da-f]{4} {2}(?:[\da-f]{2} +)+/gm, "")
    .replace(COMPOUND, "");
  return [...new Set(own.match(/(?<![\w.:/-])[A-Za-z][a-z]+(?![\w/:-]|\.\w)/g) ?? [])].filter((word) => !KNOWN.has(word));
}

// `grpc/request-trailers`, `127.0.0.1:50051`, `/helloworld.Greeter/SayHello`, `volo-0.9.1-grpc-go-1.85.pcap`, `--format`, `te: trailers`.
const COMPOUND =
  /(?:[\w.-]*\/[\w./-]+)|(?:\w+[-_][\w.-]+)|(?:--?[a-z][\w-]*)|(?:[:]?[a-z][\w-]*: ?[\w.+\-/]+)|(?:\b[\w-]+\.[\w.-]+)|(?:\b[\w.]*\d[\w.]*\b)/g;

/** What Chinese engineers write in English: the protocols' words, programs, units, values that are the same in every language. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["trailers", "handler", "payload", "padding", "preface", "deadline", "debug", "data", "last", "stream", "id", "schema"],
  ...["error", "warning", "info", "loss", "ack", "push", "proxy", "keepalive", "baseline", "snap", "length", "pcap", "pcapng"],
  ...["illegal", "Internal", "connection", "ms", "ns", "kB", "by", "no", "promise"],
  ...[
    "grpc",
    "go",
    "Go",
    "net",
    "http",
    "core",
    "Netty",
    "java",
    "Rust",
    "hyper",
    "tonic",
    "nghttpd",
    "nginx",
    "Jetty",
    "Tomcat",
  ],
  ...[
    "Kestrel",
    "python",
    "Envoy",
    "Node",
    "Volo",
    "volo",
    "curl",
    "over",
    "Requests",
    "Ctrl",
    "Shift",
    "Enter",
    "Tab",
    "Escape",
  ],
  ...["client", "server", "status", "from", "kind", "rule", "path", "method", "cookie", "close", "max"],
]);
