// The folder that an assistant may look into, and nothing outside it.
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { H2lintError } from "../../error.ts";
import { isCapture } from "../captures.ts";
import { keysBeside } from "../keys.ts";

export class Confinement {
  /** Without symbolic links. */
  readonly folder: string;

  /** @throws H2lintError("usage") where it is no folder. */
  constructor(folder: string) {
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw new H2lintError("usage", `--root ${folder}: no such folder`);
    this.folder = realpathSync(folder);
  }

  /** A file inside, with the keys that stand beside it, which are read with it.
   *  @returns Its name from the folder on, without symbolic links, so that nothing of it can lead elsewhere; it never looks like an option.
   *  @throws H2lintError for what is outside, is no regular file, or whose keys are outside. */
  file(path: string): string {
    const name = this.#inside(path);
    if (!statSync(join(this.folder, name)).isFile()) throw new H2lintError("usage", `${path}: no regular file`);
    for (const keys of keysBeside(join(this.folder, name))) this.#inside(keys);
    return name;
  }

  /** A file, or the captures in a folder and those below it; symbolic links in folders are passed over.
   *  @throws H2lintError as `file`, and for a folder without a capture or with too many files. */
  async captures(path: string): Promise<string[]> {
    const name = this.#inside(path);
    if (!statSync(join(this.folder, name)).isDirectory()) return [this.file(path)];
    const found: string[] = [];
    for (const file of this.#below(name, path)) if (await isCapture(join(this.folder, file))) found.push(this.file(file));
    if (found.length === 0) throw new H2lintError("not-found", `${path}: no capture in this folder`);
    return found;
  }

  #below(folder: string, shown: string): string[] {
    const files: string[] = [];
    const open = [folder];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const entry of entriesOf(join(this.folder, at))) {
        const name = `${at}/${entry.name}`;
        if (entry.isDirectory() && !entry.name.startsWith(".")) open.push(name);
        else if (entry.isFile()) files.push(name);
        if (files.length + open.length > ENTRIES)
          throw new H2lintError("usage", `${shown}: more than ${ENTRIES} files: name a folder below it, or a capture`);
      }
    }
    return files.sort();
  }

  #inside(path: string): string {
    let real: string;
    try {
      real = realpathSync(resolve(this.folder, path));
    } catch {
      throw new H2lintError("not-found", `${path}: no such file in the folder`);
    }
    const name = relative(this.folder, real);
    // On another drive it is absolute.
    if (name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name))
      throw new H2lintError("usage", `${path}: leads out of the folder that this server may read`);
    return `./${name}`;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // What may not be read holds nothing for the assistant either.
    return [];
  }
}

const ENTRIES = 2000;
