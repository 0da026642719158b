/** What the scripts that record what the real tools print have in common: a private network namespace, and the tools in it. */
import { spawnSync } from "node:child_process";

export const TOOLS = { ip: "iptables", ip6: "ip6tables" } as const;
export type Family = keyof typeof TOOLS;

/** The sets that rules of test/spellings ask. */
export const SETS = "create s hash:ip\ncreate sp hash:ip,port\ncreate s6 hash:ip family inet6\n";

/** The rules that make the estimators that rules of test/spellings ask. */
export const ESTIMATORS = ["RE1", "RE2"]
  .map((name) => `-A FIRST -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`)
  .join("");

/** Tables that take a rule, where mangle does not: extensions are bound to some. */
const TABLES: readonly (readonly [table: string, spelling: RegExp])[] = [
  ["raw", /-m (rpfilter|socket)|-j (CT|NOTRACK|TRACE)/],
  ["nat", /-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)/],
  ["filter", /-j (REJECT|SYNPROXY)/],
];

export function tableOf(spelling: string): string {
  return TABLES.find(([, pattern]) => pattern.test(spelling))?.[0] ?? "mangle";
}

export interface Ran {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of plain words. */
export function run(command: string, input = ""): Ran {
  const [file = "", ...args] = command.split(" ");
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const { status, stdout, stderr } = spawnSync(file, args, { input, encoding: "utf8", env, maxBuffer: 1 << 28 });
  return { ok: status === 0, stdout, stderr };
}

/** Runs this script again in a network namespace of its own, and there `record`. */
export function inNamespace(record: () => void): void {
  if (process.env["RECORDING"] !== undefined) {
    record();
    return;
  }
  const command = ["-n", process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync("unshare", command, { stdio: "inherit", env: { ...process.env, RECORDING: "1" } });
  process.exitCode = status ?? 1;
}
