import type { Command } from "../command-line/command.ts";

/** Every command, loaded when it is asked for: what `show` needs should not wait for what `lab` needs. */
const loaders: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["trace", async (): Promise<Command> => (await import("./trace.ts")).trace],
  ["show", async (): Promise<Command> => (await import("./show.ts")).show],
  ["lab", async (): Promise<Command> => (await import("./lab.ts")).lab],
  ["completion", async (): Promise<Command> => (await import("./completion.ts")).completion],
  ["version", async (): Promise<Command> => (await import("./version.ts")).version],
]);

/** In the order in which help lists them. */
export const commandNames: readonly string[] = [...loaders.keys()];

/** Null: there is no such command. */
export async function loadCommand(name: string): Promise<Command | null> {
  return (await loaders.get(name)?.()) ?? null;
}

export async function loadAllCommands(): Promise<readonly Command[]> {
  return Promise.all([...loaders.values()].map((load) => load()));
}
