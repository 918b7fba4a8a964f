// What the filter finds, of one connection or of all.
import type { PageConnection, PageData } from "../page-data.ts";
import { type CallRow, callsOf } from "./calls.ts";
import { ConnectionModel, type PageFinding } from "./connection-model.ts";
import { isEmpty, Matcher, matchesFinding, type Query } from "./search.ts";

/** Frames of one connection that are found. */
export interface FoundFrames {
  readonly model: ConnectionModel;
  readonly entries: ArrayLike<number>;
}

export interface Found {
  readonly connections: readonly PageConnection[];
  /** In order of time within each connection; of all without a filter: none, they were too many to be of use. */
  readonly frames: readonly FoundFrames[];
  readonly frameCount: number;
  readonly calls: readonly CallRow[];
}

/** Connections unpacked, each once it is looked at. */
export class Finder {
  readonly #page: PageData;
  readonly #models = new Map<number, ConnectionModel>();
  readonly #findings = new Map<number, PageFinding[]>();
  #allCalls: readonly CallRow[] | undefined;

  constructor(page: PageData) {
    this.#page = page;
    for (const finding of page.findings) {
      const list = this.#findings.get(finding.connection);
      if (list === undefined) this.#findings.set(finding.connection, [finding]);
      else list.push(finding);
    }
  }

  model(about: PageConnection): ConnectionModel {
    let model = this.#models.get(about.id);
    if (model === undefined) this.#models.set(about.id, (model = new ConnectionModel(this.#page, about)));
    return model;
  }

  /** Over all connections. */
  all(query: Query): Found {
    const { connections } = this.#page;
    if (isEmpty(query)) {
      this.#allCalls ??= connections.flatMap((about) => callsOf(this.model(about), undefined));
      return { connections, frames: [], frameCount: 0, calls: this.#allCalls };
    }
    const matcher = new Matcher(query, this.#page);
    const kept: PageConnection[] = [];
    const frames: FoundFrames[] = [];
    const calls: CallRow[] = [];
    let frameCount = 0;
    for (const about of connections) {
      const model = this.model(about);
      const match = matcher.entries(model);
      const entries = model.order.filter((entry) => match?.[entry] === 1);
      if (entries.length > 0) {
        frames.push({ model, entries });
        frameCount += entries.length;
        calls.push(...callsOf(model, match));
      }
      if (entries.length > 0 || this.#connectionMatches(query, about)) kept.push(about);
    }
    return { connections: kept, frames, frameCount, calls };
  }

  #connectionMatches(query: Query, about: PageConnection): boolean {
    const text = `${about.client} ${about.server} ${about.speaks}`.toLowerCase();
    if (Object.keys(query.keys).length === 0 && query.words.every((word) => text.includes(word))) return true;
    return (this.#findings.get(about.id) ?? []).some((finding) => matchesFinding(query, finding));
  }

  /** Of one connection. */
  of(query: Query, model: ConnectionModel): Found & { readonly match: Uint8Array | undefined } {
    const match = new Matcher(query, this.#page).entries(model);
    const entries = match === undefined ? model.order : model.order.filter((entry) => match[entry] === 1);
    const frames = [{ model, entries }];
    return { connections: [model.about], frames, frameCount: entries.length, calls: callsOf(model, match), match };
  }
}
