export {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
export { type FileHandle, open } from "node:fs/promises";
export { tmpdir } from "node:os";
