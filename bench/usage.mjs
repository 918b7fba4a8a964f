// Loaded before a measured program where there is no /usr/bin/time: writes its user and system seconds and peak kilobytes to $BENCH_USAGE.
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE ?? "", `${userCPUTime / 1e6} ${systemCPUTime / 1e6} ${maxRSS}\n`);
});
