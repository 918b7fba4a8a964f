// What `check` and `merge` do with the events of a run: each format that was asked for, the files, the exit status.
import { Clock } from "../capture/clock.ts";
import type { Budgets } from "../report/budget.ts";
import type { ReportEvent, SummaryEvent } from "../report/event.ts";
import type { Output, Report } from "../report/report.ts";
import { TrafficFilter } from "../traffic-filter.ts";
import { formatsOf } from "./command-words.ts";
import { EXPORTS, type OpenExport, openExport } from "./exports.ts";
import { formatOf, reportOf } from "./formats.ts";
import { commitAll, type OutputFile, openFile, openToAppend, outputOf } from "./output-file.ts";
import { SelectionWatch } from "./selection-watch.ts";
import { stdout } from "./standard-output.ts";
import type { Task } from "./task.ts";
import { ProgressLine } from "./terminal.ts";

/** Who listens to a run. */
export interface Audience {
  readonly reports: readonly Report[];
  readonly budgets: Budgets | undefined;
  readonly watch: SelectionWatch;
  readonly progress: ProgressLine;
}

/** All of the audience takes events alone: where these come from makes no difference. */
export const needsEventsAlone = ({ reports, budgets }: Audience): boolean =>
  budgets === undefined &&
  reports.every(
    ({ listener, calls, packets, found, begin }) =>
      listener === undefined && calls === undefined && packets === undefined && found === undefined && begin === undefined,
  );

/** Events of a run in their order, some at a time. */
export type Events = AsyncIterable<readonly ReportEvent[]>;

/** @returns The exit status. */
export async function conclude(task: Task, events: (audience: Audience) => Events): Promise<number> {
  const format = formatOf(task);
  const isKnown = task.baseline !== undefined || task.updateBaseline;
  const known = isKnown ? (await import("./baseline.ts")).openBaseline(task.baseline, task) : undefined;
  const budgets = await budgetsOf(task);
  const progress = task.follow ? new (await import("./rolling-line.ts")).RollingLine(task) : new ProgressLine(task);
  // What comes goes where the line stands.
  const written: Output = (text) => {
    progress.clear();
    stdout.write(text);
  };
  const reports = [await reportOf(format, task.follow ? written : stdout.write, task)];
  const files: OpenExport[] = [];
  for (const output of task.outputs) files.push(await openOutput(output, task));
  // In a GitHub workflow the job's page shows what is appended to this file.
  const stepSummary = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  if (format === "github" && stepSummary !== "") files.push(await openReport("markdown", openToAppend(stepSummary), task));
  reports.push(...files.map(({ report }) => report));
  let summary: SummaryEvent | undefined;
  const watch = new SelectionWatch(task.only);
  try {
    for await (let some of events({ reports, budgets, watch, progress })) {
      if (known !== undefined) some = some.flatMap((one) => known.baseline.take(one));
      if (budgets !== undefined) some = some.flatMap((one) => budgets.take(one));
      for (const event of some) {
        for (const report of reports) report.event(event);
        progress.event(event);
        if (event.kind === "summary") summary = event;
      }
      await stdout.drained();
    }
  } finally {
    progress.clear();
  }
  watch.check(summary!.captures);
  for (const report of reports) for (const _ of report.end() ?? []) await stdout.drained();
  commitAll(files.flatMap((one) => one.files));
  stdout.flush();
  // A run that saw nothing must not forget everything.
  if (known !== undefined && task.updateBaseline && summary!.http2Connections > 0) {
    const done = known.update();
    if (!task.quiet) process.stderr.write(`h2lint: ${done}\n`);
  }
  return status(summary!, task);
}

// Unproven and consequent findings are not among the counts.
function status(
  { errors, warnings, infos, unexplained, budgets, http2Connections, incomplete }: SummaryEvent,
  { failOn, requireComplete }: Task,
): number {
  const isWide = failOn === "warning" || failOn === "info";
  const found = errors + (isWide ? warnings : 0) + (failOn === "info" ? infos : 0) + (failOn === "unexplained" ? unexplained : 0);
  if (failOn !== "never" && found + (budgets?.broken ?? 0) > 0) return 1;
  return http2Connections === 0 || (requireComplete && incomplete) ? 3 : 0;
}

async function budgetsOf({ assert, only, operands }: Task): Promise<Budgets | undefined> {
  if (assert === undefined) return undefined;
  const { Budgets } = await import("../report/budget.ts");
  const { stream, from, to, ...connections } = only;
  const part = [stream, from, to].some((one) => one !== undefined);
  const partial =
    operands.length === 0
      ? "a log shows part of the traffic only"
      : part
        ? "only part of the connections is looked at"
        : undefined;
  // Which connections are chosen does not depend on the time.
  const filter = new TrafficFilter(connections, new Clock());
  return new Budgets(assert, {
    ...(partial === undefined ? {} : { partial }),
    isChosen: (connection) => filter.connection(connection),
  });
}

function openOutput(text: string, task: Task): Promise<OpenExport> {
  const { format, path } = outputOf(text, [...formatsOf("check"), ...Object.keys(EXPORTS)], EXPORT_ENDS);
  return format in EXPORTS ? openExport(format, path, task) : openReport(format, openFile(path), task);
}

async function openReport(format: string, file: OutputFile, task: Task): Promise<OpenExport> {
  return { report: await reportOf(format, file.write, { ...task, color: false, follow: false }), files: [file] };
}

const EXPORT_ENDS = Object.fromEntries(Object.entries(EXPORTS).flatMap(([format, ends]) => ends.map((end) => [end, format])));
