// `why` over the recorded captures of gRPC: it names each call that failed by the label, and of those where none did it says so.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { FailedCall } from "../../src/report/failed-calls.ts";
import { Inventory } from "../../src/report/inventory.ts";
import { Causes, whyTable } from "../../src/report/why.ts";
import { rules } from "../../src/rules/index.ts";
import { capture, haveCaptures } from "../capture/reading.ts";

interface Label {
  readonly file: string;
  readonly keys?: string;
  readonly expect: readonly unknown[];
  readonly calls?: readonly { readonly path: string; readonly grpc_status?: number }[];
}

const labels: readonly Label[] = !haveCaptures
  ? []
  : (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(
      ({ file, expect, calls = [] }) =>
        /^(?:grpc|tls)\/(?!.*nokeys)/.test(file) &&
        expect.length === 0 &&
        calls.some(({ grpc_status: status }) => status !== undefined),
    );

async function why({ file, keys }: Label) {
  const causes = new Causes(rules);
  const inventory = new Inventory();
  const options = { keys: keys === undefined ? [] : [capture(keys)], listeners: [inventory] };
  for await (const event of analyze([capture(file)], options)) causes.event(event);
  const answer = causes.answer(undefined, [], inventory);
  let text = "";
  whyTable((piece) => (text += piece), { color: false, width: 100, verbose: false, quiet: false }, answer, rules);
  return { answer, text };
}

const DEADLINE_EXCEEDED = 4;
// Kinds of failures that are listed.
const SHOWN = 5;

describe.skipIf(!haveCaptures)("why (recordings are not in this checkout)", () => {
  const failing = ({ calls = [] }: Label) => calls.filter(({ grpc_status: status = 0 }) => status !== 0);

  it.each(labels.filter((label) => failing(label).length > 0))("tells the failed calls of $file", async (label) => {
    const { answer, text } = await why(label);
    const left = [...answer.failed.calls];
    for (const { path, grpc_status: status } of failing(label)) {
      // A caller that gave up, or did not wait longer, has a status that nobody sent.
      const own = new RegExp(`^grpc-status ${status} |^RST_STREAM CANCEL by the client|^cut off by`);
      const isOwn = (call: FailedCall) =>
        call.path === path && (own.test(call.how) || (status === DEADLINE_EXCEEDED && call.deadline !== undefined));
      const index = left.findIndex(isOwn);
      expect(index, `${path} ended with ${status}`).toBeGreaterThanOrEqual(0);
      if (answer.failed.calls.indexOf(left[index]!) < SHOWN) expect(text).toContain(path);
      left.splice(index, 1);
    }
    expect(text).not.toMatch(/no failure/);
  });

  it.each(labels.filter((label) => failing(label).length === 0))("says that nothing failed in $file", async (label) => {
    const { answer, text } = await why(label);
    expect(answer.failed.calls).toEqual([]);
    expect(text).toMatch(/no failure/);
  });
});
