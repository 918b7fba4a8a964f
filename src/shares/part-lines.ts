import type { PartSource } from "./merge-parts.ts";
import type { PartHead, PartLine } from "./part.ts";

/** A part that is being made. @param lines Its head is the first of the first piece. */
export async function partOf(lines: AsyncIterator<readonly PartLine[]>): Promise<PartSource> {
  const first = await lines.next();
  const [head, ...rest] = first.done === true ? [] : first.value;
  if (head?.kind !== "part") throw new Error("a part without a head");
  let left: readonly PartLine[] = rest;
  return {
    head: head as PartHead,
    async more() {
      if (left.length > 0) {
        const given = left;
        left = [];
        return given;
      }
      const next = await lines.next();
      return next.done === true ? undefined : next.value;
    },
  };
}
