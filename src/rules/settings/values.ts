import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting, settingName } from "../../http2/setting.ts";
import { settingsOf } from "../../model/settings.ts";
import { defineRule, type Rule, type Subject } from "../rule.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

export const enablePushValue = settingValue({
  id: "settings/enable-push-value",
  setting: Setting.enablePush,
  title: "ENABLE_PUSH must be 0 or 1",
  bad: (value) => value > 1,
  spec: [must("6.5.2")],
  fix: "Send 0 to refuse server push, or leave it out.",
});

export const enablePushFromServer = defineRule({
  id: "settings/enable-push-from-server",
  meta: {
    title: "A server must not announce ENABLE_PUSH 1",
    severity: "error",
    by: "server",
    spec: [mustNot("6.5.2"), must("8.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["roles"],
    decidable: "payload",
    messages: { one: "the server announces ENABLE_PUSH = 1; clients do not push" },
    docs: {
      why: "Only clients receive pushes, so only they can enable them.",
      fix: "Leave ENABLE_PUSH out of a server's SETTINGS.",
    },
  },
  when: { observed: Observation.settingsValue, from: "server" },
  judge(frame, _stream, { report }) {
    for (const [id, value] of entries(frame)) if (id === Setting.enablePush && value === 1) report(frame, "one", {});
  },
});

export const initialWindowSizeRange = defineRule({
  id: "settings/initial-window-size-range",
  meta: {
    title: "INITIAL_WINDOW_SIZE must not exceed 2147483647",
    severity: "error",
    by: "either",
    spec: [must("6.5.2")],
    expect: { scope: "connection", codes: ["FLOW_CONTROL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { value: "INITIAL_WINDOW_SIZE = {value}; the largest window is 2147483647" },
    docs: { why: "A window is a 31-bit number.", fix: "Announce at most 2147483647." },
  },
  when: { observed: Observation.settingsWindowRange },
  judge(frame, _stream, { report }) {
    for (const [id, value] of entries(frame)) {
      if (id === Setting.initialWindowSize && value > MAX_WINDOW) report(frame, "value", { value });
    }
  },
});

export const maxFrameSizeRange = settingValue({
  id: "settings/max-frame-size-range",
  setting: Setting.maxFrameSize,
  title: "MAX_FRAME_SIZE must be between 16384 and 16777215",
  bad: (value) => value < 16_384 || value > 16_777_215,
  spec: [must("6.5.2")],
  fix: "Announce 16384 or more; there is no way to ask for smaller frames.",
});

export const enableConnectValue = settingValue({
  id: "settings/enable-connect-value",
  setting: Setting.enableConnectProtocol,
  title: "ENABLE_CONNECT_PROTOCOL must be 0 or 1",
  bad: (value) => value > 1,
  spec: [must("3", 8441)],
  optional: true,
  fix: "Send 1 to allow extended CONNECT, or leave it out.",
});

export const noRfc7540PrioritiesValue = settingValue({
  id: "settings/no-rfc7540-priorities-value",
  setting: Setting.noRfc7540Priorities,
  title: "NO_RFC7540_PRIORITIES must be 0 or 1",
  bad: (value) => value > 1,
  spec: [must("2.1", 9218)],
  fix: "Send 1 if the priority scheme of RFC 7540 is not used, else leave it out.",
});

export const duplicateId = defineRule({
  id: "settings/duplicate-id",
  meta: {
    title: "A SETTINGS frame should name each setting once",
    severity: "info",
    by: "either",
    spec: [says("6.5.3")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { twice: "one SETTINGS frame has {name} more than once" },
    docs: {
      why: "It is legal: the last value counts. But Go's net/http server closes the connection over it.",
      fix: "Send each setting once, unless a smaller HEADER_TABLE_SIZE has to be signalled before a larger one.",
    },
  },
  when: { observed: Observation.settingsDuplicate },
  judge(frame, _stream, { report }) {
    const seen = new Set<number>();
    for (const [id] of entries(frame)) {
      if (seen.has(id)) {
        report(frame, "twice", { name: settingName(id) });
        return;
      }
      seen.add(id);
    }
  },
});

export const headerTableSizeHuge = defineRule({
  id: "settings/header-table-size-huge",
  meta: {
    title: "HEADER_TABLE_SIZE should stay below 1 MiB",
    severity: "info",
    by: "either",
    spec: [says("10.5")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { huge: "HEADER_TABLE_SIZE = {value}" },
    docs: {
      why: "The other side may fill that much memory for each connection.",
      fix: "Announce no more than is useful: 4096 to 65536 bytes in most cases.",
    },
  },
  kinds: ["settings"],
  settings: { ack: false, ids: [Setting.headerTableSize] },
  frame(frame, _stream, { report }) {
    if (!frame.whole) return;
    for (const [id, value] of settingsOf(frame)) {
      if (id === Setting.headerTableSize && value > HUGE) report(frame, "huge", { value }, { fold: "" });
    }
  },
});

interface ValueRule {
  readonly id: string;
  readonly setting: number;
  readonly title: string;
  readonly spec: Rule["meta"]["spec"];
  readonly optional?: boolean;
  readonly fix: string;
  bad(value: number): boolean;
}

function settingValue({ id, setting, title, spec, optional, fix, bad }: ValueRule): Rule {
  return defineRule({
    id,
    meta: {
      title,
      severity: "error",
      by: "either",
      spec,
      expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], ...(optional === true ? { optional } : {}) },
      needs: [],
      decidable: "payload",
      messages: { value: `${settingName(setting)} = {value}` },
      docs: { why: "The receiver must close the connection over a value outside the setting's range.", fix },
    },
    when: { observed: Observation.settingsValue },
    judge(frame, _stream, { report }) {
      for (const [key, value] of entries(frame)) if (key === setting && bad(value)) report(frame, "value", { value });
    },
  });
}

// The observations used here are noted on SETTINGS frames only.
const entries = (subject: Subject) => settingsOf(subject as Frame);

const MAX_WINDOW = 0x7fffffff;
const HUGE = 1 << 20;
