import { defineCommand } from "../command-line/command.ts";
import type { Command } from "../command-line/command.ts";
import { completionScript, SHELLS } from "../command-line/completion.ts";
import { EXIT } from "../errors.ts";

export const completion: Command = defineCommand({
  name: "completion",
  summary: "completion",
  arguments: [{ name: "SHELL", required: true, choices: SHELLS }],
  options: {},
  examples: ["completion bash > /etc/bash_completion.d/hookwalk", "completion zsh", "completion fish | source"],
  async run(_values, [wanted], { terminal, say, allCommands }) {
    const shell = SHELLS.find((known) => known === wanted) ?? "bash";
    terminal.out.write(completionScript(shell, await allCommands(), say));
    return EXIT.ok;
  },
});
