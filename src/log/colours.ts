/** A line without the escape sequences that colour it, and without a carriage return at its end. */
export function controlFree(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.includes("\x1b") ? text.replace(SEQUENCES, "") : text;
}

// ECMA-48: CSI sequences, which colours are, and OSC sequences, which links are.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
