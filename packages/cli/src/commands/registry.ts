import type { Command } from "../command-line/command.ts";

/** Every command, in the order in which help lists them. What needs the kernel, or schemas, is loaded when it is asked for. */
const loaders: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["trace", async (): Promise<Command> => (await import("./trace.ts")).trace],
  ["show", async (): Promise<Command> => (await import("./show.ts")).show],
  ["explain", async (): Promise<Command> => (await import("./explain.ts")).explain],
  ["reach", async (): Promise<Command> => (await import("./reach.ts")).reach],
  ["lint", async (): Promise<Command> => (await import("./lint.ts")).lint],
  ["test", async (): Promise<Command> => (await import("./test.ts")).test],
  ["diff", async (): Promise<Command> => (await import("./diff.ts")).diff],
  ["render", async (): Promise<Command> => (await import("./render.ts")).render],
  ["lab", async (): Promise<Command> => (await import("./lab.ts")).lab],
  ["capture", async (): Promise<Command> => (await import("./capture.ts")).capture],
  ["completion", async (): Promise<Command> => (await import("./completion.ts")).completion],
  ["version", async (): Promise<Command> => (await import("./version.ts")).version],
]);

export const commandNames: readonly string[] = [...loaders.keys()];

/** Null: there is no such command. */
export async function loadCommand(name: string): Promise<Command | null> {
  return (await loaders.get(name)?.()) ?? null;
}

export async function loadAllCommands(): Promise<readonly Command[]> {
  return Promise.all([...loaders.values()].map((load) => load()));
}
