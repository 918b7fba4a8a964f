// `h2lint completion`: a script for bash (3.2 or later) or zsh that completes commands, options, their values and rule ids. All words stand
// in it: asking the program at each key would take longer than typing.

import { type CommandLine, type CommandOption, commandLine } from "../command-line.ts";
import { COMMANDS } from "../command-words.ts";
import { stdout } from "../standard-output.ts";
import type { Task } from "../task.ts";

export function completion({ operands, rules }: Task): number {
  const formats = [...new Set(COMMANDS.flatMap(({ formats: own = [] }) => own))];
  const ids = rules.map(({ id }) => id);
  stdout.write(completionScript(operands[0] === "zsh" ? "zsh" : "bash", commandLine(), formats, ids));
  stdout.flush();
  return 0;
}

/** @param rules Ids. */
export function completionScript(
  shell: "bash" | "zsh",
  { commands, options }: CommandLine,
  formats: readonly string[],
  rules: readonly string[],
): string {
  const families = [...new Set(rules.map((id) => `${id.slice(0, id.indexOf("/"))}/*`))];
  const words: Words = {
    commands: commands.map(({ name, describe }) => [name, describe]),
    options: [...options, ...STANDARD].flatMap(spellings),
    values: [
      ...options.flatMap((option) => (option.choices.length === 0 ? [] : [[namesOf(option), option.choices] as const])),
      [["-f", "--format"], formats],
    ],
    // Files, or whatever else the shell knows of.
    free: options
      .filter(({ name, flag, choices }) => !flag && choices.length === 0 && name !== "format" && name !== "rule")
      .flatMap(namesOf),
    rules,
    families,
  };
  return shell === "bash" ? bash(words) : zsh(words);
}

interface Words {
  readonly commands: readonly (readonly [name: string, describe: string])[];
  readonly options: readonly (readonly [spelling: string, describe: string])[];
  readonly values: readonly (readonly [options: readonly string[], choices: readonly string[]])[];
  readonly free: readonly string[];
  readonly rules: readonly string[];
  readonly families: readonly string[];
}

const namesOf = ({ name, letter }: Pick<CommandOption, "name" | "letter">): string[] =>
  letter === undefined ? [`--${name}`] : [`-${letter}`, `--${name}`];

const spellings = ({ name, letter, flag, describe }: Omit<CommandOption, "group" | "choices">): [string, string][] => [
  ...namesOf({ name, letter }).map((spelling) => [spelling, describe] satisfies [string, string]),
  // That something is on by default and can be turned off, their texts say.
  ...(flag && describe.includes(`--no-${name}`) ? [[`--no-${name}`, describe] satisfies [string, string]] : []),
];

function bash({ commands, options, values, free, rules, families }: Words): string {
  const listed = (words: readonly string[]) => quoted(words.join(" "));
  const cases = values.map(([names, choices]) => `    ${names.join(" | ")}) words=${listed(choices)} ;;`);
  return `# bash completion of h2lint: source <(h2lint completion bash), or save it where bash-completion looks
_h2lint() {
  local current=\${COMP_WORDS[COMP_CWORD]} before= left= words= word command= i
  [ "$COMP_CWORD" -gt 0 ] && before=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  # A word is broken at its equals sign: --format = json, grpc/status = off.
  if [ "$current" = = ]; then
    left=$before current=
  elif [ "$before" = = ]; then
    left=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $left in
    '') ;;
    -*) before=$left ;;
    *) before== ;;
  esac
  case $before in
${cases.join("\n")}
    --rule) words=${listed([...families, ...rules])} ;;
    =) words='error warning info off' ;;
    ${free.join(" | ")}) return ;;
    explain) words=${listed(rules)} ;;
    completion) words='bash zsh' ;;
    *)
      case $current in
        -*) words=${listed(options.map(([spelling]) => spelling))} ;;
        *) [ -z "$command" ] && words=${listed(commands.map(([name]) => name))} ;;
      esac
      ;;
  esac
  [ -n "$words" ] || return
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$words" -- "$current")
  # A rule's id goes on with its severity.
  [ "$before" = --rule ] && type compopt >/dev/null 2>&1 && compopt -o nospace 2>/dev/null
}
complete -o bashdefault -o default -F _h2lint h2lint
`;
}

function zsh({ commands, options, values, free, rules, families }: Words): string {
  const described = (words: readonly (readonly [string, string])[]) =>
    words.map(([word, describe]) => `    ${quoted(`${word.replaceAll(":", "\\:")}:${describe}`)}`).join("\n");
  const listed = (words: readonly string[]) => words.map(quoted).join(" ");
  const cases = values.map(([names, choices]) => `    ${names.join("|")}) compadd -- ${listed(choices)}; return ;;`);
  return `#compdef h2lint
# zsh completion of h2lint: save it as _h2lint in a folder of $fpath, or source <(h2lint completion zsh) after compinit
_h2lint() {
  local -a commands options rules families
  commands=(
${described(commands)}
  )
  options=(
${described(options)}
  )
  rules=(${listed(rules)})
  families=(${listed(families)})
  case \${words[CURRENT-1]} in
${cases.join("\n")}
    --rule)
      if compset -P '*='; then compadd -- error warning info off; else compadd -S = -- $families $rules; fi
      return ;;
    ${free.join("|")}) _files; return ;;
    explain) compadd -- $rules; return ;;
    completion) compadd -- bash zsh; return ;;
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  else
    (( CURRENT == 2 )) && _describe command commands
    _files
  fi
}
if [[ \${zsh_eval_context[-1]} == loadautofunc ]]; then
  _h2lint "$@"
else
  compdef _h2lint h2lint
fi
`;
}

/** As one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const STANDARD = [
  { name: "help", letter: "h", flag: true, describe: "show help" },
  { name: "version", letter: undefined, flag: true, describe: "show the version" },
];
