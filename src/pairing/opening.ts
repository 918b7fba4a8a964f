// How a side begins its connection: its first SETTINGS and the first WINDOW_UPDATE on the connection. Many connections begin alike, so
// they share what is known of that.
import { latin1 } from "../bytes.ts";
import type { Frame } from "../http2/frame.ts";
import { type SettingEntry, settingsOf } from "../model/settings.ts";
import type { Side } from "../place.ts";
import { dictionary, lineageOf } from "./dictionary.ts";
import type { Opening, Software } from "./software.ts";

/** The SETTINGS that a side began with. */
export class OpeningSettings {
  readonly #side: Side;
  readonly #settings: readonly SettingEntry[];
  /** Of the increment that was asked for last. */
  #increment = -1;
  #software: readonly Software[] = [];

  constructor(side: Side, settings: readonly SettingEntry[]) {
    this.#side = side;
    this.#settings = settings;
  }

  /** `3=100 4=65535`. */
  get text(): string {
    return this.#settings.map(([id, value]) => `${id}=${value}`).join(" ");
  }

  /** What is known to begin so.
   *  @param increment Of the WINDOW_UPDATE that followed; 0: none was seen. */
  softwareWith(increment: number): readonly Software[] {
    if (increment !== this.#increment) {
      this.#increment = increment;
      this.#software = dictionary.filter((software) => openingsOf(software).some((known) => this.#isLike(known, increment)));
    }
    return this.#software;
  }

  #isLike({ from, settings, increment }: Opening, seen: number): boolean {
    return (
      from === this.#side &&
      settings.length === this.#settings.length &&
      (increment === undefined || increment === seen || seen === 0) &&
      settings.every(([id, value], i) => {
        const [sentId, sent] = this.#settings[i]!;
        return id === sentId && (value === undefined || value === sent);
      })
    );
  }
}

/** Gives connections that begin alike the same object. */
export class KnownOpenings {
  readonly #client = new Map<string, OpeningSettings>();
  readonly #server = new Map<string, OpeningSettings>();

  /** @param frame SETTINGS.
   *  @returns undefined where no known software sends so many. */
  of(side: Side, frame: Frame): OpeningSettings | undefined {
    if (frame.end - frame.start > LONGEST) return undefined;
    const known = side === "client" ? this.#client : this.#server;
    const key = latin1(frame.bytes, frame.start, frame.end);
    let opening = known.get(key);
    if (opening === undefined) {
      if (known.size >= KEPT) known.clear();
      opening = new OpeningSettings(side, settingsOf(frame));
      known.set(key, opening);
    }
    return opening;
  }
}

/** Its own, or those of what it is built on. */
const openingsOf = (software: Software): readonly Opening[] =>
  lineageOf(software).find(({ openings }) => openings !== undefined)?.openings ?? [];

// Octets of the longest SETTINGS that the dictionary has.
const LONGEST = 6 * Math.max(...dictionary.flatMap(({ openings = [] }) => openings.map(({ settings }) => settings.length)));

const KEPT = 1024;
