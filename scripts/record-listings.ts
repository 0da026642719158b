/**
 * Records how `iptables -nvL` and `nft list ruleset` show each rule of test/spellings/matches.txt and targets.txt, in a
 * private network namespace:
 *
 *   npx tsx --conditions=hookwalk-source scripts/record-listings.ts > test/spellings/listings.txt
 *
 * Run as root on a machine with iptables (both backends), nft and ipset; test/spellings/README.md describes the format.
 */
import { spawnSync } from "node:child_process";
import { readSpellings } from "../test/spellings/spellings.ts";

const TOOLS = { ip: "iptables", ip6: "ip6tables" } as const;
type Family = keyof typeof TOOLS;

const SETS = "create s hash:ip\ncreate sp hash:ip,port\ncreate s6 hash:ip family inet6\n";
const ESTIMATORS = ["RE1", "RE2"]
  .map((name) => `-A FIRST -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`)
  .join("");

/** Tables that take a rule, where mangle does not: extensions are bound to some. */
const TABLES: readonly (readonly [table: string, spelling: RegExp])[] = [
  ["raw", /-m (rpfilter|socket)|-j (CT|NOTRACK|TRACE)/],
  ["nat", /-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP)/],
  ["filter", /-j (REJECT|SYNPROXY)/],
];

function run(command: string, input = ""): { readonly ok: boolean; readonly lines: readonly string[] } {
  const [file = "", ...args] = command.split(" ");
  const { status, stdout } = spawnSync(file, args, { input, encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return { ok: status === 0, lines: stdout.split("\n") };
}

function restore(tool: string, table: string, rules: readonly string[]): boolean {
  const first = rules.some((rule) => rule.includes("RE1")) ? ESTIMATORS : "";
  const lines = rules.map((rule) => `-A SPELLING ${rule}\n`).join("");
  return run(`${tool}-restore`, `*${table}\n:FIRST - [0:0]\n:SPELLING - [0:0]\n${first}${lines}COMMIT\n`).ok;
}

/** Rules of a table as both backends list them, and nft. What one of them refuses is left out. */
function record(family: Family, table: string, spellings: readonly string[]): void {
  const shown = new Map<string, { readonly list: string; readonly nft: string }>();
  for (const backend of ["legacy", "nft"]) {
    const tool = `${TOOLS[family]}-${backend}`;
    if (!restore(tool, table, spellings))
      restore(
        tool,
        table,
        spellings.filter((one) => restore(tool, table, [one])),
      );
    const saved = run(`${tool}-save -t ${table}`).lines.filter((line) => line.startsWith("-A SPELLING"));
    const listed = run(`${tool} -t ${table} -nvL SPELLING`)
      .lines.slice(2)
      .filter((line) => line !== "");
    const nft = run(`nft list chain ${family} ${table} SPELLING`).lines.filter((line) => line.startsWith("\t\t"));
    for (const [index, line] of saved.entries()) {
      const list = (listed[index] ?? "").replaceAll("\0", "\\0");
      const before = shown.get(line);
      shown.set(line, { list: before?.list ?? list, nft: backend === "nft" ? (nft[index] ?? "") : "" });
    }
    run(`${tool}-restore`, `*${table}\nCOMMIT\n`);
  }
  for (const [line, { list, nft }] of shown) {
    console.log(`${family} ${table}\n  = ${line.trimEnd()}\n  L ${list.trimEnd()}\n  N ${nft.trim()}`);
  }
}

if (process.env["RECORDING"] === undefined) {
  const command = ["-n", process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync("unshare", command, { stdio: "inherit", env: { ...process.env, RECORDING: "1" } });
  process.exitCode = status ?? 1;
} else {
  run("ipset -exist restore", SETS);
  const spellings = [...readSpellings("matches"), ...readSpellings("targets")];
  for (const family of ["ip", "ip6"] as const) {
    const saved = spellings.flatMap((one) => (one.family === family ? [...one.saved] : []));
    const distinct = [...new Set(saved.filter((text) => text !== null))];
    const tableOf = (text: string): string => TABLES.find(([, pattern]) => pattern.test(text))?.[0] ?? "mangle";
    for (const table of ["mangle", "raw", "nat", "filter"]) {
      record(
        family,
        table,
        distinct.filter((text) => tableOf(text) === table),
      );
    }
  }
}
