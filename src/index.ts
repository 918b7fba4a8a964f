export { fileSource, stdinSource } from "./capture/source.ts";
export { loadSchemas } from "./cli/protos.ts";
export * from "./core.ts";
