import type { Connection } from "../../model/connection.ts";
import type { Side } from "../../place.ts";
import type { Candidate } from "./candidate.ts";
import { noStates, type States } from "./context.ts";
import { Folding } from "./folding.ts";

/** What the engine keeps of one connection. Most never have a finding: what that takes is made when there is one. */
export class Judged implements States {
  readonly connection: Connection;
  states: unknown[] = noStates;
  /** What was reported of frames that are not settled. */
  candidates: Candidate[] = noCandidates;
  /** Capture time of the last tick. */
  ticked = Number.NaN;
  /** Offset of the frame whose field block is open, by side; -1: none is. */
  clientBlock = -1;
  serverBlock = -1;
  /** This side committed a connection error: the rest of it is consequence. */
  clientBroken = false;
  serverBroken = false;
  #folding: Folding | undefined = undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get folding(): Folding {
    return (this.#folding ??= new Folding());
  }

  isBroken(side: Side): boolean {
    return side === "client" ? this.clientBroken : this.serverBroken;
  }

  openBlock(side: Side): number {
    return side === "client" ? this.clientBlock : this.serverBlock;
  }

  setOpenBlock(side: Side, offset: number): void {
    if (side === "client") this.clientBlock = offset;
    else this.serverBlock = offset;
  }
}

/** Nobody adds to it. */
export const noCandidates: Candidate[] = [];
