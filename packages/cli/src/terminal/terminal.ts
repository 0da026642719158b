import { once } from "node:events";
import type { Document } from "@hookwalk/engine";
import type { ColourMode } from "./colour.ts";
import { hasColour } from "./colour.ts";
import { layOutLines } from "./layout.ts";

/** One of the two streams that a person may be looking at. */
export interface Output {
  readonly isTerminal: boolean;
  readonly colour: boolean;
  /** Data: written as it is. */
  write(text: string): void;
  /** Data that is no text. */
  writeBytes(bytes: Uint8Array): void;
  /** Text for people: laid out for this stream. */
  print(document: Document): void;
  /** Resolves when the reader has caught up: whoever writes without end waits here now and then. */
  drained(): Promise<void>;
}

/** What the program says, and where: data on `out`, everything else on `err`. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
}

/** Lines longer than this are hard to follow, however wide the window. */
const WIDEST = 120;
/** Where nobody says how wide the page is: a file, a pipe. */
const UNKNOWN_WIDTH = 100;

/** Characters: few writes for what is short, no string too long for what is not. */
const WRITTEN_AT_ONCE = 1 << 20;

type Environment = Readonly<Record<string, string | undefined>>;

export function createTerminal(
  streams: { readonly stdout: NodeJS.WriteStream; readonly stderr: NodeJS.WriteStream },
  mode: ColourMode,
  env: Environment,
): Terminal {
  return { out: output(streams.stdout, mode, env), err: output(streams.stderr, mode, env) };
}

function output(stream: NodeJS.WriteStream, mode: ColourMode, env: Environment): Output {
  // On a pipe Node has no such property at all, which is as good as false.
  const isTerminal = stream.isTTY;
  const colour = hasColour(mode, isTerminal, env);
  const page = { colour, width: isTerminal ? Math.min(stream.columns, WIDEST) : UNKNOWN_WIDTH };
  const write = (text: string): void => {
    stream.write(text);
  };
  return {
    isTerminal,
    colour,
    write,
    writeBytes(bytes) {
      stream.write(bytes);
    },
    print(document) {
      let pending = "";
      for (const line of layOutLines(document, page)) {
        if (pending.length + line.length > WRITTEN_AT_ONCE) {
          write(pending);
          pending = "";
        }
        pending += line;
      }
      write(pending);
    },
    async drained() {
      if (stream.writableNeedDrain) await once(stream, "drain");
    },
  };
}
