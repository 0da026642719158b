import { parsePacketOptions } from "@hookwalk/engine";
import type { Arrival, AssumedFlow, Hook, Packet, Program, Speaker, Verdict } from "@hookwalk/engine";
import { helpHint } from "../command-line/parse.ts";
import { usageError } from "../errors.ts";

export const VERDICTS = ["accept", "drop", "reject", "queue", "unknown"] as const;
export const CT_STATES = ["new", "established", "related", "invalid", "untracked"] as const;
export const SOCKETS = ["plain", "transparent"] as const;
export const HOOKS = ["prerouting", "input", "forward", "output", "postrouting"] as const;

/** One packet to walk, with all that was said of it. */
export interface Order {
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly options: { readonly at?: Hook; readonly flow?: AssumedFlow };
  /** What the line of a packet file expects of it; null: nothing. */
  readonly expect: Verdict | null;
  /** What the line calls itself. */
  readonly name: string | null;
}

/** Keys of a line of a packet file that do not describe the packet. `decides` is for the reader. */
const ABOUT = ["name", "expect", "decides", "at", "ctstate", "ctmark", "socket"] as const;

/** An order, or in words what is wrong with it. */
export type ReadOrder = { readonly order: Order } | { readonly problems: readonly string[] };

/**
 * Reads one packet from options or from a line of a packet file: both spell them alike. The devices' addresses tell
 * whether `--dmac` is this node.
 */
export function readOrder(fields: ReadonlyMap<string, unknown>, links: Program["links"]): ReadOrder {
  const about = new Map(fields);
  const described = new Map(fields);
  for (const key of ABOUT) described.delete(key);
  const { value, problems } = parsePacketOptions(described, (device) => links.get(device)?.mac ?? null);
  const messages = problems.map(({ message }) => message);
  const at = choice("at", about.get("at"), HOOKS, messages);
  const state = choice("ctstate", about.get("ctstate"), CT_STATES, messages);
  const expect = choice("expect", about.get("expect"), VERDICTS, messages);
  const mark = wholeNumber("ctmark", about.get("ctmark"), messages);
  const socket = choice("socket", about.get("socket"), SOCKETS, messages);
  if (value === null || messages.length > 0) return { problems: messages };
  const isSaid = state !== null || mark !== null || socket !== null;
  const flow = isSaid ? { flow: { state, mark, socket } } : {};
  const name = about.get("name");
  const options = { ...(at === null ? {} : { at }), ...flow };
  return { order: { ...value, options, expect, name: typeof name === "string" ? name : null } };
}

/** The same from the command line of a command: throws what is wrong as a usage error. */
export function orderOf(
  fields: ReadonlyMap<string, unknown>,
  links: Program["links"],
  command: string,
  say: Speaker,
): Order {
  const read = readOrder(fields, links);
  if ("order" in read) return read.order;
  throw usageError(read.problems.map((problem) => say.sentence(problem)).join("; "), helpHint(command, say));
}

function choice<T extends string>(name: string, given: unknown, choices: readonly T[], problems: string[]): T | null {
  if (given === undefined) return null;
  const found = choices.find((known) => known === given);
  if (found === undefined) problems.push(`--${name} must be one of ${choices.join(", ")}`);
  return found ?? null;
}

/** In decimal or, as marks are written, in hex. */
function wholeNumber(name: string, given: unknown, problems: string[]): number | null {
  if (given === undefined) return null;
  const text = typeof given === "number" || typeof given === "string" ? String(given) : "";
  const value = /^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : -1;
  if (value >= 0 && value <= 0xffff_ffff) return value;
  problems.push(`--${name} must be a number from 0 to 0xffffffff`);
  return null;
}
