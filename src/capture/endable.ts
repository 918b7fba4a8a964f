import type { Source } from "./source.ts";

/** A source that ends when the signal says so. What can be read only once is read on for a moment: whoever writes into a pipe was perhaps
 *  made to end as well, and writes out what it still holds. */
export function endable(source: Source, signal: AbortSignal): Source {
  const { again } = source;
  if (again?.() !== undefined)
    return {
      ...source,
      again() {
        const other = again();
        return other === undefined ? undefined : endable(other, signal);
      },
    };
  let isOver = false;
  // Of the read that waits: a race with a promise that lasts would hold on to every read.
  let giveUp: (() => void) | undefined;
  const end = () => {
    isOver = true;
    giveUp?.();
  };
  const wait = () => void setTimeout(end, GRACE);
  if (signal.aborted) wait();
  else signal.addEventListener("abort", wait, { once: true });
  return {
    ...source,
    read(into) {
      if (isOver) return Promise.resolve(0);
      return new Promise((resolve, reject) => {
        giveUp = () => resolve(0);
        source.read(into).then(resolve, reject);
      });
    },
    async close() {
      signal.removeEventListener("abort", wait);
      // What waits for octets that do not come cannot be closed before they do.
      if (isOver) void source.close().catch(() => {});
      else await source.close();
    },
  };
}

/** Milliseconds. */
const GRACE = 300;
