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
