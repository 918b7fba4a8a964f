// `h2lint repro`: the request of a stream as a command that sends it again.
import { CapturePipeline } from "../../capture-pipeline.ts";
import { H2lintError } from "../../error.ts";
import { MessageKeeper } from "../../report/messages.ts";
import { reproCommand } from "../../report/repro.ts";
import { RequestKeeper } from "../../report/request-keeper.ts";
import { TrafficFilter } from "../../traffic-filter.ts";
import { findCaptures } from "../captures.ts";
import { formatOf } from "../formats.ts";
import { grpcurlSchema, loadSchemas } from "../protos.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";

export async function repro(task: Task): Promise<number> {
  formatOf(task);
  const { only, protos, showSecrets } = task;
  if (only.stream === undefined)
    throw new H2lintError("usage", "repro needs --stream N, and --connection N where there are several");
  const schemas = loadSchemas(protos);
  const sources = await findCaptures(task.operands);
  const captures = new CapturePipeline(sources, analyzeOptions(task, sources));
  await captures.open();
  const filter = new TrafficFilter(only, captures.clock);
  const messages = new MessageKeeper(filter, captures.limits);
  const keeper = new RequestKeeper(filter, messages, captures.limits);
  for await (const _ of captures.run({ schemas, calls: [messages], listeners: [keeper] }));
  const request = keeper.request(schemas);
  if (request === undefined) {
    const where = only.connection === undefined ? "" : ` on connection ${only.connection}`;
    throw new H2lintError("not-found", `there is no stream ${only.stream}${where} in this capture`);
  }
  if (keeper.more > 0)
    stdout.write(`# ${keeper.more} more connections have a stream ${only.stream}: --connection N says which one\n`);
  stdout.write(reproCommand(request, { showSecrets, schemaArguments: (file) => grpcurlSchema(protos, file) }));
  stdout.flush();
  return 0;
}
