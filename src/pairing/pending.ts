import type { Connection } from "../model/connection.ts";
import type { Side } from "../place.ts";
import type { ConnectionNote, Finding, Repeats } from "../rules/finding.ts";
import { Crossings } from "./crossings.ts";
import type { Reaction } from "./reaction.ts";
import { ReactionQueue } from "./reaction-queue.ts";
import { type Recognised, type Recognition, unrecognised } from "./recognition.ts";

export interface PendingFinding {
  readonly finding: Finding;
  readonly repeats: Repeats;
  /** Frames of the connection when it was found. */
  readonly framesBefore: number;
}

/** What waits for the end of one connection. Most connections have nothing wrong, so the parts are made when they are needed. */
export class Pending {
  readonly connection: Connection;
  /** Each side's latest frames, as `RecentFrames` names them. */
  clientTrail = -1;
  serverTrail = -1;
  /** Undefined before a side's first frame. */
  client: Recognition | undefined = undefined;
  server: Recognition | undefined = undefined;
  /** What each side had received when it said close_notify; -1: it did not, or that is not known. */
  clientKnew = -1;
  serverKnew = -1;
  /** What comparing it with other connections found, or what it adds to that; undefined: nothing. */
  compared: Finding[] | undefined = undefined;
  noted: ConnectionNote[] | undefined = undefined;
  #findings: PendingFinding[] | undefined = undefined;
  #reactions: ReactionQueue | undefined = undefined;
  #crossings: Crossings | undefined = undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Nothing was found, nothing answered, and neither side shows what it is. */
  get isQuiet(): boolean {
    const { client, server } = this;
    if (this.#findings !== undefined || this.#reactions !== undefined || this.compared !== undefined) return false;
    return this.noted === undefined && client?.hasSigns !== true && server?.hasSigns !== true;
  }

  get findings(): readonly PendingFinding[] {
    return this.#findings ?? NONE;
  }

  get reactions(): readonly Reaction[] {
    return this.#reactions?.all ?? NONE;
  }

  /** Undefined before the first RST_STREAM. */
  get crossings(): Crossings | undefined {
    return this.#crossings;
  }

  openCrossings(): Crossings {
    return (this.#crossings ??= new Crossings());
  }

  trail(from: Side): number {
    return from === "client" ? this.clientTrail : this.serverTrail;
  }

  found(finding: Finding, repeats: Repeats): void {
    const one = { finding, repeats, framesBefore: this.connection.frames };
    if (this.#findings === undefined) this.#findings = [one];
    else this.#findings.push(one);
  }

  /** Some answers come before the frame they answer is whole, so the latest are kept even while nothing waits for one. */
  react(reaction: Reaction): void {
    this.#reactions ??= new ReactionQueue();
    this.#reactions.add(reaction, this.#findings === undefined ? RECENT : REACTIONS);
  }

  /** @returns Whether that side had sent a GOAWAY or a fatal alert, which this close belongs to. */
  closes(close: Reaction): boolean {
    const announced = this.#reactions?.announced(close.from);
    if (announced === undefined) return false;
    announced.closedBy = close;
    return true;
  }

  recognise(): Readonly<Record<Side, Recognised>> {
    return { client: this.client?.judge() ?? unrecognised, server: this.server?.judge() ?? unrecognised };
  }
}

const NONE: readonly never[] = [];

// Reactions of a connection, with and without a finding.
const REACTIONS = 1000;
const RECENT = 32;
