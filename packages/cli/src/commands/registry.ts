import type { Command } from "../command-line/command.ts";
import { completion } from "./completion.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import { lint } from "./lint.ts";
import { reach } from "./reach.ts";
import { show } from "./show.ts";
import { trace } from "./trace.ts";
import { version } from "./version.ts";

/** Every command, in the order in which help lists them. What needs the kernel, or schemas, is loaded when it is asked for. */
const loaders: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ["trace", (): Promise<Command> => Promise.resolve(trace)],
  ["show", (): Promise<Command> => Promise.resolve(show)],
  ["explain", (): Promise<Command> => Promise.resolve(explain)],
  ["reach", (): Promise<Command> => Promise.resolve(reach)],
  ["lint", (): Promise<Command> => Promise.resolve(lint)],
  ["test", async (): Promise<Command> => (await import("./test.ts")).test],
  ["diff", (): Promise<Command> => Promise.resolve(diff)],
  ["render", async (): Promise<Command> => (await import("./render.ts")).render],
  ["lab", async (): Promise<Command> => (await import("./lab.ts")).lab],
  ["capture", async (): Promise<Command> => (await import("./capture.ts")).capture],
  ["completion", (): Promise<Command> => Promise.resolve(completion)],
  ["version", (): Promise<Command> => Promise.resolve(version)],
]);

export const commandNames: readonly string[] = [...loaders.keys()];

/** Null: there is no such command. */
export async function loadCommand(name: string): Promise<Command | null> {
  return (await loaders.get(name)?.()) ?? null;
}

export async function loadAllCommands(): Promise<readonly Command[]> {
  return Promise.all([...loaders.values()].map((load) => load()));
}
