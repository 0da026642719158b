import type { Output } from "./terminal.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
/** What is done sooner needs no comfort. */
const PATIENCE_MS = 300;
const FRAME_MS = 100;

/** Turns a wheel on a terminal while something takes long; nothing at all on a pipe or when it is quick. */
export async function withProgress<T>(output: Output, label: string, work: () => Promise<T>): Promise<T> {
  if (!output.isTerminal) return work();
  const started = performance.now();
  let frame = 0;
  const wheel = setInterval(() => {
    if (performance.now() - started < PATIENCE_MS) return;
    frame++;
    output.write(`\r${FRAMES[frame % FRAMES.length] ?? ""} ${label}\u001b[K`);
  }, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(wheel);
    if (frame > 0) output.write("\r\u001b[K");
  }
}

/** Says on a terminal which step of several is being done; nothing at all on a pipe. */
export interface StepProgress {
  step(label: string): void;
  end(): void;
}

export function stepProgress(output: Output): StepProgress {
  const write = (text: string): void => {
    if (output.isTerminal) output.write(text);
  };
  return {
    step: (label) => {
      write(`\r${label}\u001b[K`);
    },
    end: () => {
      write("\r\u001b[K");
    },
  };
}
