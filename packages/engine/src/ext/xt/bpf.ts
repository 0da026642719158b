import type { BpfInstruction } from "../../program/test.ts";
import type { Codec } from "./codec.ts";
import { option } from "./codec.ts";
import { quotedText } from "./codecs-target.ts";
import type { MatchExtension } from "./define.ts";
import { defineMatch } from "./define.ts";
import { malformedTest, needsOneOf } from "./given.ts";
import { unanswerable } from "./lower.ts";

const MAX_INSTRUCTIONS = 64; // XT_BPF_MAX_NUM_INSTR, include/uapi/linux/netfilter/xt_bpf.h
const PATH_BYTES = 511; // XT_BPF_PATH_MAX less the final zero

/** `N,code jt jf k,…`: so many instructions, numbers cut to the width of their fields. */
const bytecode: Codec<readonly BpfInstruction[]> = {
  words: 1,
  parse(text) {
    const [length = "", ...parts] = text.split(",", MAX_INSTRUCTIONS + 3);
    if (parts.at(-1)?.trim() === "") parts.pop();
    const code = parts.map(parseInstruction).filter((instruction) => instruction !== null);
    const complete = code.length === parts.length && code.length === Number(length) && /^ *\d{1,2}$/.test(length);
    return complete && code.length > 0 && code.length <= MAX_INSTRUCTIONS ? code : undefined;
  },
  print: (code) => `"${String(code.length)},${code.map(printInstruction).join(",")}"`,
};

function parseInstruction(text: string): BpfInstruction | null {
  const numbers = text.trim().split(/ +/);
  if (numbers.length !== 4 || !numbers.every((number) => /^\d{1,10}$/.test(number))) return null;
  const [code = 0, jt = 0, jf = 0, k = 0] = numbers.map(Number);
  return { code: code & 0xffff, jt: jt & 0xff, jf: jf & 0xff, k: k >>> 0 };
}

function printInstruction({ code, jt, jf, k }: BpfInstruction): string {
  return `${String(code)} ${String(jt)} ${String(jf)} ${String(k)}`;
}

const options = { bytecode: option(bytecode), "object-pinned": option(quotedText(PATH_BYTES)) };

export const bpf: MatchExtension = defineMatch({
  name: "bpf",
  options,
  source: "net/netfilter/xt_bpf.c bpf_mt, bpf_mt_v1",
  check: (args) => needsOneOf(args, "bytecode", "object-pinned"),
  compile(args) {
    if (args["object-pinned"]) return unanswerable("bpf", options, args, "object");
    return args.bytecode ? { kind: "bpf", code: args.bytecode.value } : malformedTest("bpf");
  },
});
