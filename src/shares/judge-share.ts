// Captures in, one part out: of all connections those of one share are judged.
import type { AnalyzeOptions } from "../analyze-options.ts";
import type { Source } from "../capture/source.ts";
import { CapturePipeline } from "../capture-pipeline.ts";
import { Schemas } from "../grpc/schema.ts";
import { EventBuilder } from "../report/event-builder.ts";
import { rules as builtIn } from "../rules/index.ts";
import { selectRules } from "../rules/selection.ts";
import { FilteredResults, TrafficFilter } from "../traffic-filter.ts";
import { version } from "../version.ts";
import { PART, type PartHead, type PartLine, type Selection } from "./part.ts";
import { Share, type ShareName } from "./share.ts";
import { ShareResults } from "./share-results.ts";

/** Which captures, and judged by what: equal in all parts of a run. */
export type RunName = Pick<PartHead, "captures" | "options">;

/** The lines of one part, piece by piece; a piece may be empty. The last line of each says how far the run has come.
 *  @param selection Asked at the end.
 *  @throws H2lintError where a source cannot be read or is no capture, or an option is wrong. */
export async function* judgeShare(
  sources: readonly (string | Source)[],
  options: AnalyzeOptions,
  name: ShareName,
  run: RunName,
  selection: () => Selection,
): AsyncGenerator<readonly PartLine[]> {
  const { engine = "fast", only = {}, schemas = new Schemas(), listeners = [] } = options;
  const rules = [...builtIn, ...(options.rules ?? [])];
  const share = new Share(name);
  schemas.hearsay = share.hearsay;
  const captures = new CapturePipeline(sources, options, share);
  const { clock, comments } = captures;
  const files = await captures.open();
  const results = new ShareResults(new EventBuilder(clock, files, rules, comments), rules, share, clock);
  const filtered = new FilteredResults(new TrafficFilter(only, clock), results);
  const judged = { rules: selectRules(rules, options), results: filtered, isShare: true };
  const tool = { name: "h2lint", version, engine } as const;
  const head: PartHead = {
    ...{ kind: "part", part: PART, version, share: name.index + 1, of: name.of, ...run },
    run: { kind: "run", schema: "h2lint-report/1", tool, captures: files },
  };
  yield [head];
  for await (const _ of captures.run({ schemas, calls: [], listeners: [filtered, ...listeners], judged }))
    yield [...results.take(), { kind: "step", step: share.step, usage: share.usage.counts, ...share.hearsay.take() }];
  const { heard, missed } = share.hearsay;
  yield [
    ...results.take(),
    {
      ...{ kind: "end", steps: share.step, captures: captures.captures },
      diagnostics: Array.from(captures.diagnostics.counted, ({ first, step, count, octets }) => ({
        ...{ step, diagnostic: first, count, octets },
      })),
      habits: results.takeHabits(),
      ...{ keys: captures.keys.facts, askedAt: captures.keys.store.firstAskedAt },
      ...{ usage: share.usage.counts, heard: [...heard], missed: [...missed], selection: selection() },
    },
  ];
}
