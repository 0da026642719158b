import type { Speaker } from "@hookwalk/engine";
import type { CommandTable } from "./command.ts";
import type { CommandOption, OptionTable } from "./option.ts";
import { globalOptions, longName } from "./option.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete hookwalk's words, made of the same tables as parsing and help. */
export function completionScript(shell: Shell, commands: readonly CommandTable[], say: Speaker): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return zsh(commands, say);
    case "fish":
      return fish(commands, say);
  }
}

function allOptions(command: CommandTable): readonly (readonly [string, CommandOption])[] {
  return Object.entries<CommandOption>({ ...command.options, ...(globalOptions satisfies OptionTable) });
}

function names(key: string, option: CommandOption): readonly string[] {
  return option.short === undefined ? [longName(key)] : [`-${option.short}`, longName(key)];
}

/** What may stand behind an option: one of some words, a file, a snapshot (a file, or ARCHIVE#NODE), or anything. */
function argumentKind(option: CommandOption): "none" | "file" | "snapshot" | "free" | readonly string[] {
  if (option.kind === "flag" || option.kind === "count") return "none";
  if (option.kind === "choice") return option.choices;
  if (option.file !== true) return "free";
  return option.placeholder === "SNAPSHOT" ? "snapshot" : "file";
}

function takesFile({ arguments: words }: CommandTable): boolean {
  return words.some(({ file }) => file === true);
}

/** What may stand where no option does. */
function wordsOf({ arguments: [first] }: CommandTable): readonly string[] {
  return first?.choices ?? first?.suggests ?? [];
}

/** The nodes behind `#`, one a line; all shells ask the program itself. */
const NODES = "hookwalk show -q -o nodes -f";

function isList(kind: string | readonly string[]): kind is readonly string[] {
  return typeof kind !== "string";
}

const BASH_REPLIES = {
  file: 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))',
  snapshot: "_hookwalk_snapshot",
  free: "COMPREPLY=()",
} as const;

function bash(commands: readonly CommandTable[]): string {
  const cases = commands.map((command) => {
    const options = allOptions(command);
    const words = [...options.flatMap(([key, option]) => names(key, option)), ...wordsOf(command)];
    const behind = options.flatMap(([key, option]) => {
      const kind = argumentKind(option);
      if (kind === "none") return [];
      const reply = isList(kind) ? `COMPREPLY=($(compgen -W "${kind.join(" ")}" -- "$cur"))` : BASH_REPLIES[kind];
      return [`        ${names(key, option).join("|")}) ${reply}; return ;;`];
    });
    return `    ${command.name})
      case "$prev" in
${behind.join("\n")}
      esac
      COMPREPLY=($(compgen -W "${words.join(" ")}"${takesFile(command) ? " -f" : ""} -- "$cur")) ;;`;
  });
  return `# bash completion of hookwalk: source <(hookwalk completion bash)
_hookwalk_snapshot() {
  local archive=\${cur%#*} node
  if [[ $cur != *#* ]]; then ${BASH_REPLIES.file}; return; fi
  COMPREPLY=()
  while IFS= read -r node; do
    [[ $archive#$node == "$cur"* ]] && COMPREPLY+=("$archive#$node")
  done < <(${NODES} "$archive" 2>/dev/null)
}
_hookwalk() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${commands.map(({ name }) => name).join("|")}) command=$word; break ;; esac
  done
  case "$command" in
${cases.join("\n")}
    *) COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$cur")) ;;
  esac
}
complete -F _hookwalk hookwalk
`;
}

function zsh(commands: readonly CommandTable[], say: Speaker): string {
  const described = commands.map(({ name, summary }) => `    ${single(`${name}:${say.commandLine(summary)}`)}`);
  const cases = commands.map((command) => {
    const specs = allOptions(command).flatMap(([key, option]) => {
      const kind = argumentKind(option);
      const action = isList(kind)
        ? `:value:(${kind.join(" ")})`
        : { none: "", file: ":file:_files", snapshot: ":snapshot:_hookwalk_snapshot", free: ":value: " }[kind];
      const repeat = option.kind === "count" || option.kind === "values" ? "*" : "";
      const help = say.commandLine(option.help).replace(/[[\]:]/g, "\\$&");
      return names(key, option).map((name) => `        ${single(`${repeat}${name}[${help}]${action}`)}`);
    });
    const words = command.arguments.map(({ name, choices, suggests, rest, file }) => {
      const offered = choices ?? suggests;
      const action = offered === undefined ? (file === true ? "_files" : " ") : `(${offered.join(" ")})`;
      return `        ${single(`${rest === true ? "*" : ""}:${name}:${action}`)}`;
    });
    return `      ${command.name})\n        _arguments \\\n${[...specs, ...words].join(" \\\n")} ;;`;
  });
  return `#compdef hookwalk
# zsh completion of hookwalk: source <(hookwalk completion zsh)
_hookwalk_snapshot() {
  if [[ $PREFIX != *\\#* ]]; then _files; return; fi
  local archive=\${(Q)PREFIX%\\#*}
  local -a nodes=(\${(f)"$(${NODES} "$archive" 2>/dev/null)"})
  compadd -- $archive\\#$^nodes
}
_hookwalk() {
  local -a commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
  else
    local command=$words[2]
    shift words; (( CURRENT-- ))
    case $command in
${cases.join("\n")}
    esac
  fi
}
compdef _hookwalk hookwalk
`;
}

const FISH_NODES = `function __hookwalk_nodes
  set -l token (commandline -ct)
  if string match -q '*#*' -- $token
    set -l archive (string replace -r '#[^#]*$' '' -- $token)
    ${NODES} $archive 2>/dev/null | string replace -r '^' "$archive#"
  end
end`;

function fish(commands: readonly CommandTable[], say: Speaker): string {
  const lines = [
    "# fish completion of hookwalk: hookwalk completion fish | source",
    FISH_NODES,
    "complete -c hookwalk -f",
  ];
  for (const command of commands) {
    const summary = single(say.commandLine(command.summary));
    lines.push(`complete -c hookwalk -n __fish_use_subcommand -a ${command.name} -d ${summary}`);
    const when = `complete -c hookwalk -n '__fish_seen_subcommand_from ${command.name}'`;
    for (const [key, option] of allOptions(command)) {
      const kind = argumentKind(option);
      const argument = isList(kind)
        ? ` -x -a '${kind.join(" ")}'`
        : { none: "", file: " -r -F", snapshot: " -r -F -a '(__hookwalk_nodes)'", free: " -x" }[kind];
      const short = option.short === undefined ? "" : ` -s ${option.short}`;
      lines.push(`${when}${short} -l ${longName(key).slice(2)}${argument} -d ${single(say.commandLine(option.help))}`);
    }
    const words = wordsOf(command);
    if (takesFile(command)) lines.push(`${when} -F`);
    if (words.length > 0) lines.push(`${when} -a '${words.join(" ")}'`);
  }
  return `${lines.join("\n")}\n`;
}

/** A word in single quotes, as all three shells read it. */
function single(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
