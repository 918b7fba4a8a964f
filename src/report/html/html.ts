// `--format html`: one page to open from disk, with the frames of every connection to look at.
import type { Output, Report } from "../report.ts";
import { readAssets } from "./assets.ts";
import { Collector, type CollectorOptions } from "./collector.ts";
import { type PageAssets, pageDocument } from "./document.ts";

export function htmlReport(output: Output, options: CollectorOptions, assets: PageAssets = readAssets()): Report {
  const collector = new Collector(options);
  return {
    listener: collector,
    event: (event) => collector.event(event),
    end() {
      const { language } = options;
      const texts = language?.heldBy(assets.script);
      const data = collector.data();
      output(pageDocument(texts === undefined ? data : { ...data, language: texts }, assets, language));
    },
  };
}
