import type { Progress } from "../analyze-options.ts";
import type { ReportEvent } from "../report/event.ts";
import { Totals } from "../report/follow.ts";
import { plural } from "../report/text.ts";
import { ProgressLine } from "./terminal.ts";

/** The totals of `--follow`. */
export class RollingLine extends ProgressLine {
  readonly #totals = new Totals();

  #progress: Progress | undefined;
  #isDue = false;

  override event(event: ReportEvent): void {
    this.#totals.event(event);
    if (this.#isDue || this.#progress === undefined || event.kind === "summary") return;
    this.#isDue = true;
    // Below what is written of this event.
    setImmediate(this.#redraw);
  }

  readonly #redraw = (): void => {
    this.#isDue = false;
    if (this.#progress !== undefined) this.draw(this.#progress);
  };

  protected override text(progress: Progress): string {
    this.#progress = progress;
    const { packets } = progress;
    return `${plural(packets, "packet")}, ${this.#totals.text()}`;
  }
}
