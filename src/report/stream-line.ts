/** What the timeline says of a stream: what was asked, what came of it. Times are nanoseconds. */
export class StreamLine {
  readonly id: number;
  request = "";
  response = "";
  /** Nothing more is to be said of it. */
  wellEnded = true;
  /** The whole response came. */
  complete = true;
  /** `reset by the client: CANCEL`; empty: it was not. */
  reset = "";
  sent = 0;
  received = 0;
  opened = 0;
  ended = 0;

  constructor(id: number) {
    this.id = id;
  }
}
