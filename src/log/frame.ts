import type { FrameKind } from "../http2/frame.ts";
import type { SettingPair } from "../http2/setting.ts";

/** A frame as a line reports it; what is absent the line does not say. */
export interface LogFrame {
  readonly kind: FrameKind;
  readonly streamId: number;
  /** By the process that wrote the log. */
  readonly by: "sent" | "received";
  readonly flags?: number;
  /** Of `flags` those that the line would show; all of them where absent. */
  readonly flagMask?: number;
  readonly length?: number;
  readonly errorCode?: number | undefined;
  readonly lastStreamId?: number | undefined;
  /** GOAWAY: one character per octet. */
  readonly debug?: string;
  readonly increment?: number | undefined;
  readonly settings?: readonly SettingPair[];
  /** PING, 16 hexadecimal digits. */
  readonly payload?: string;
  readonly promisedStreamId?: number;
  /** All fields of the block, one character per octet. */
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
}
