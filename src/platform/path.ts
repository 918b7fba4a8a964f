export { basename, dirname, join } from "node:path";
