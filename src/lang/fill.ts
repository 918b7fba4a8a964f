/** Fill `{name}` holes. In English a 1 makes one of what it counts: `1 frame is`, not `1 frames are`. */
export const fill = (template: string, data: Readonly<Record<string, string | number>>): string =>
  template.replace(
    HOLE,
    (hole, name: string, between: string | undefined, noun: string | undefined, verb: string | undefined) => {
      if (!Object.hasOwn(data, name)) return hole;
      const value = String(data[name]);
      const isOne = value === "1" && !name.endsWith("Id");
      const rest = noun === undefined ? "" : between! + (isOne ? noun.slice(0, -1) : noun);
      return `${value}${rest}${verb === undefined ? "" : isOne ? (ONE[verb] ?? verb) : verb}`;
    },
  );

// A hole, and where it counts something, that: with a word or two between, and the verb behind.
const HOLE =
  /\{(\w+)\}(?:( (?:(?!and |of )[\w/-]+ ){0,2}?)(bytes|packets|frames|streams|connections|requests|responses|calls|fields|times|steps|messages|SYNs|PINGs|fragments|lines|datagrams)\b( (?:are|were|have|wait|do)\b)?)?/g;

const ONE: Readonly<Record<string, string>> = {
  " are": " is",
  " were": " was",
  " have": " has",
  " wait": " waits",
  " do": " does",
};

/** `fill` where Chinese characters and Latin letters stand with a blank between them, and nothing is counted in its form. */
export function fillSpaced(template: string, data: Readonly<Record<string, string | number>>): string {
  let text = "";
  let at = 0;
  for (const { index, 0: hole, 1: name } of template.matchAll(/\{(\w+)\}/g)) {
    text = spaced(text, template.slice(at, index));
    text = spaced(text, Object.hasOwn(data, name!) ? String(data[name!]) : hole);
    at = index + hole.length;
  }
  return spaced(text, template.slice(at));
}

function spaced(before: string, after: string): string {
  if (/\p{Script=Han}$/u.test(before)) {
    if (/^[A-Za-z0-9/]/.test(after)) return `${before} ${after}`;
    if (/^ \p{Script=Han}/u.test(after)) return before + after.slice(1);
  }
  if (/[）。，；：、]$/u.test(before) && /^ \p{Script=Han}/u.test(after)) return before + after.slice(1);
  if (!/^\p{Script=Han}/u.test(after)) return before + after;
  if (/[A-Za-z0-9]$/.test(before)) return `${before} ${after}`;
  return /\p{Script=Han} $/u.test(before) ? before.slice(0, -1) + after : before + after;
}

/** What filled the holes of a template; undefined where the text has another form, or the template no hole. */
export function partsOf(template: string, text: string): Record<string, string> | undefined {
  if (!template.includes("{")) return undefined;
  let form = forms.get(template);
  if (form === undefined) {
    form = new RegExp(`^${formOf(template)}$`, "s");
    forms.set(template, form);
  }
  const found = form.exec(text);
  if (found === null) return undefined;
  return Object.fromEntries((template.match(/\{\w+\}/g) ?? []).map((hole, i) => [hole.slice(1, -1), found[i + 1]!]));
}

const forms = new Map<string, RegExp>();

// What it counts may be one.
function formOf(template: string): string {
  let form = "";
  let at = 0;
  for (const { index, 0: hole, 2: between = "", 3: noun = "", 4: verb = "" } of template.matchAll(HOLE)) {
    const counted = noun === "" ? "" : `${literal(between)}${noun}?`;
    const does = verb === "" ? "" : `(?:${verb}|${ONE[verb] ?? verb})`;
    form += `${literal(template.slice(at, index))}(.*?)${counted}${does}`;
    at = index + hole.length;
  }
  return form + literal(template.slice(at));
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
