import { FieldBlock } from "../../model/field-block.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { summarise } from "../../model/summary.ts";
import type { Finding, Need, Repeats } from "../finding.ts";
import type { ReportOptions, Subject } from "../rule.ts";
import type { Severity } from "../severity.ts";
import type { MessageData } from "./context.ts";
import type { Slot } from "./slot.ts";

/** What a rule reported of a frame, until the frame is settled. What only a finding that stands needs is made by `complete`. */
export class Candidate {
  slot!: Slot;
  frame!: FrameRef;
  /** Its severity in the catalogue: what it hides does not depend on what the user made of it. */
  rank: Severity = "info";
  severity: Severity = "info";
  message = "";
  because: readonly Need[] = NOTHING;
  more: ReportOptions | undefined = undefined;
  decidableAt = 0;
  /** It is one more of these, if it stands alone. */
  repeats: Repeats | undefined = undefined;
  data: Finding["data"] = NO_DATA;
  text = "";
  path: string | undefined = undefined;
  // What the rest is made of, while it is there.
  #told: MessageData = NO_DATA;
  #subject: Subject | FrameRef | undefined = undefined;
  #stream: Stream | undefined = undefined;
  /** Of a repeat no reference is kept: this one serves the next, too. */
  readonly #own = new FrameRef();

  /** Begin anew. The subject is borrowed until the frame is settled or the candidate complete. */
  take(slot: Slot, subject: Subject | FrameRef, message: string, told: MessageData, stream: Stream | undefined): void {
    this.slot = slot;
    this.message = message;
    this.frame = subject instanceof FrameRef ? subject : this.#own.take(subject);
    this.repeats = undefined;
    this.#told = told;
    this.#subject = subject;
    this.#stream = stream;
  }

  /** Make what a finding needs. */
  complete(): void {
    const subject = this.#subject;
    if (subject === undefined) return;
    const told = this.#told;
    this.data = typeof told === "function" ? told() : told;
    this.text = subject instanceof FrameRef ? subject.text : summarise(subject);
    this.path = this.#stream?.request.path ?? (subject instanceof FieldBlock ? subject.decoded?.path?.value : undefined);
    this.repeats = undefined;
    this.#subject = undefined;
    this.#stream = undefined;
  }
}

const NOTHING: readonly Need[] = [];
const NO_DATA: Finding["data"] = {};
