// Lines of a stack trace say where a program was, and name classes and files: they report nothing.

/** One line of a trace of the JVM, .NET or JavaScript. */
export const isStackFrame = (line: string): boolean => LINE.test(line);

/** A text without its stack traces, whether or not a line break is before each entry. */
export function withoutFrames(text: string): string {
  const lines = text.split("\n").filter((line) => !isStackFrame(line));
  return lines.join("\n").replace(INLINE, " ");
}

// `at io.netty.handler.codec.http2.Http2Exception.connectionError(Http2Exception.java:85)`, `at java.base/java.lang.Thread.run(Unknown Source)`
const JVM = String.raw`at (?:[\w.@-]+\/+)?[\w.$<>-]+\((?:[\w$.-]+:\d+|[\w$]+\.(?:java|kt|scala|groovy)|Native Method|Unknown Source|<\w+>)\)`;
// `at Namespace.Class.Method(Span~1 name) in C:\path\file.cs:line 828`
const DOTNET = String.raw`at [\w.$<>|+\x60\[\],]+\([^()]*\)(?: in [^\n]{1,300}?:line \d+)?`;
// `at Object.onReceiveStatus (/path/client.js:176:52)`, `at events.js:314:20`, `at new Promise (<anonymous>)`
const JS = String.raw`at (?:(?:async |new )?[\w.$<># ]{1,200}(?: \[as [\w.]+\])? \((?:[^()\n]{1,300}:\d+:\d+|<anonymous>|native)\)|(?:async )?[^\s()]{1,300}:\d+:\d+)`;

const LINE = new RegExp(
  String.raw`^\s*(?:${JVM}|${DOTNET}|${JS}|\.\.\. \d+ (?:more|common frames omitted))(?: ~?\[[^\]]*\])?\s*$`,
);
// A word before them would make them part of a sentence.
const INLINE = new RegExp(String.raw`(?:^|\s)(?:${JVM})`, "g");
