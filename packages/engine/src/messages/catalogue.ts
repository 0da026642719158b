/**
 * The shape of a catalogue: every message is a function of named parameters. `en.ts` defines the ids; `zh.ts` must have
 * the same ones or it does not compile.
 */
import type { diagnostics } from "./en.ts";

export type DiagnosticCode = keyof typeof diagnostics;

export type Params = Readonly<Record<string, string | number>>;
