import { statSync } from "node:fs";

/** Of what a capture holds little lives long, so that the old generation is collected in a few milliseconds. By default it may grow to several
 *  times what is in use before that is done.
 *  @param operands Where they are small files all is over before that, and node:v8 need not be loaded. */
export function collectEarly(operands: readonly string[]): void {
  const octets = operands.reduce((sum, operand) => sum + octetsOf(operand), 0);
  if (operands.length > 0 && octets < SMALL) return;
  process.getBuiltinModule("node:v8").setFlagsFromString("--heap-growing-percent=40");
}

function octetsOf(path: string): number {
  // What it comes to is not known.
  if (/\.(?:gz|zst|xz|bz2|lz4)$/i.test(path)) return SMALL;
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : SMALL;
  } catch {
    // What is wrong with it, who reads it says.
    return SMALL;
  }
}

const SMALL = 1 << 20;
