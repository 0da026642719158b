import type { Speaker } from "@hookwalk/engine";
import { EXIT, HookwalkError } from "../errors.ts";

/** What the operating system said of a path, as an error for the person who named it. */
export function cannotRead(path: string, error: unknown, say: Speaker): HookwalkError {
  const why = error instanceof Error ? error.message.replace(/, \w+ '.*'$/, "") : String(error);
  const hint = say.commandLine("cannot-read-hint");
  return new HookwalkError("cannot-read", EXIT.input, say.commandLine("cannot-read", { path, why }), hint);
}
